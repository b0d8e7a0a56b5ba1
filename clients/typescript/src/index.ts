export * from "./client.js";
export * from "./credentials.js";
export * from "./eventStream.js";
export * from "./problems.js";
