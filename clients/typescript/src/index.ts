export * from "./cleanLlmClient.js";
export * from "./client.js";
export { StreamInterruptedError, type CompletionEvent, type CompletionStream, type StreamOptions, type ToolCallDelta } from "./completionStream.js";
export * from "./eventStream.js";
export { type Lock, type LockRequester } from "./locks.js";
export { isProblem, ProblemError, ResponseError } from "./problems.js";
export * from "./userSession.js";
export * from "./tokenStore.js";
export { withToken, type CallOptions, type Http } from "./transport.js";
