import {
    AdminClient, ApiKeysClient, AuthClient, ChatsClient, CompletionsClient, ExternalSignInClient, ModelsClient, OperationsClient, TemplatesClient, UsersClient,
    type CreateCompletionBody, type EditMessageBody, type RegenerateBody, type SendMessageBody,
} from "./client.js";
import type { CompletionStream, StreamOptions } from "./completionStream.js";
import type { Http } from "./transport.js";

/** All calls of the program, in groups as in the OpenAPI document, and the streams by short names. */
export class CleanLlmClient {
    readonly admin: AdminClient;
    readonly apiKeys: ApiKeysClient;
    readonly auth: AuthClient;
    readonly chats: ChatsClient;
    readonly completions: CompletionsClient;
    readonly externalSignIn: ExternalSignInClient;
    readonly models: ModelsClient;
    readonly operations: OperationsClient;
    readonly templates: TemplatesClient;
    readonly users: UsersClient;

    /**
     * @param baseUrl Where the program is, e.g. `https://llm.example.org`; empty for the page's own origin.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl = "", http?: Http) {
        this.admin = new AdminClient(baseUrl, http);
        this.apiKeys = new ApiKeysClient(baseUrl, http);
        this.auth = new AuthClient(baseUrl, http);
        this.chats = new ChatsClient(baseUrl, http);
        this.completions = new CompletionsClient(baseUrl, http);
        this.externalSignIn = new ExternalSignInClient(baseUrl, http);
        this.models = new ModelsClient(baseUrl, http);
        this.operations = new OperationsClient(baseUrl, http);
        this.templates = new TemplatesClient(baseUrl, http);
        this.users = new UsersClient(baseUrl, http);
    }

    /** Asks in a chat, and yields the events of the answer as they come. A refusal throws a ProblemError before the first. */
    streamChat(chatId: string, body: SendMessageBody, options?: StreamOptions): CompletionStream {
        return this.chats.sendMessageStream(chatId, body, options);
    }

    /** Answers a question of a chat once more, beside the answers it has. */
    streamRegenerate(chatId: string, messageId: string, body: RegenerateBody = {}, options?: StreamOptions): CompletionStream {
        return this.chats.regenerateStream(chatId, messageId, body, options);
    }

    /** Asks a question of a chat anew, in other words; it stands beside the one it replaces. */
    streamEdit(chatId: string, messageId: string, body: EditMessageBody, options?: StreamOptions): CompletionStream {
        return this.chats.editMessageStream(chatId, messageId, body, options);
    }

    /** Asks one question outside any chat, and yields the events of the answer as they come. A refusal throws a ProblemError before the first. */
    streamCompletion(body: CreateCompletionBody, options?: StreamOptions): CompletionStream {
        return this.completions.createStream(body, options);
    }

    /**
     * Yields the events of a completion that was started before, on whichever instance it runs: all of them, or those after `lastEventId`. Nothing
     * comes when that was the ending's.
     */
    follow(completionId: string, lastEventId?: string, options?: StreamOptions): CompletionStream {
        return this.completions.follow(completionId, lastEventId, options);
    }
}
