// Generated from openapi.json by build/client.sh with the templates in build/nswag/templates. Not to be edited by hand.

import type { CompletionStream, StreamOptions } from "./completionStream.js";
import { Transport, type CallOptions, type Http } from "./transport.js";

/** The calls of this group; one class a tag of the OpenAPI document. */
export class OperationsClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Says that the program runs.
     *
     * Asks no dependency: a restart would not bring those back.
     */
    live(options?: CallOptions): Promise<Liveness> {
        return this.#api.read<Liveness>("GET", `/health/live`, {}, options);
    }

    /**
     * Says whether the instance takes traffic.
     *
     * 200 when healthy or degraded, 503 when a dependency that every request needs is down, or when the process is being stopped.
     */
    ready(options?: CallOptions): Promise<Readiness> {
        return this.#api.read<Readiness>("GET", `/health/ready`, {}, options);
    }

    /**
     * Says which version runs, and in which environment.
     */
    version(options?: CallOptions): Promise<VersionInfo> {
        return this.#api.read<VersionInfo>("GET", `/version`, {}, options);
    }
}

/** The calls of this group; one class a tag of the OpenAPI document. */
export class AuthClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Lists the public keys that verify access tokens.
     *
     * A JSON Web Key Set (RFC 7517). Cache it as the answer says, and ask again for a `kid` that is not in it.
     */
    jwks(options?: CallOptions): Promise<PublicKeySet> {
        return this.#api.read<PublicKeySet>("GET", `/.well-known/jwks.json`, {}, options);
    }

    /**
     * Makes an account.
     *
     * 409 `auth.email_taken` when there is one with this address, in whatever spelling of it: its domain is stored in lower case and in ASCII.
     */
    register(body: RegisterBody, options?: CallOptions): Promise<User> {
        return this.#api.read<User>("POST", `/api/v1/auth/register`, { body: body }, options);
    }

    /**
     * Signs in.
     *
     * 401 `auth.invalid_credentials` whether the address is unknown, the password wrong or the account disabled. 401 `auth.two_factor_required` when the password was right and `twoFactorCode` is absent or wrong. Where the address has to be confirmed first, 403 `auth.email_not_confirmed`, and a fresh mail.
     */
    login(body: LoginBody, options?: CallOptions): Promise<TokenPair> {
        return this.#api.read<TokenPair>("POST", `/api/v1/auth/login`, { body: body }, options);
    }

    /**
     * Spends a refresh token for the next pair of tokens.
     *
     * 401 `auth.invalid_refresh_token` when it does not work. A token that comes back after its use ends the session.
     */
    refresh(body: RefreshBody, options?: CallOptions): Promise<TokenPair> {
        return this.#api.read<TokenPair>("POST", `/api/v1/auth/refresh`, { body: body }, options);
    }

    /**
     * Ends a session.
     *
     * The session of the refresh token, or without one that of the access token. 204 also when it had ended before.
     */
    logout(body?: LogoutBody | undefined, options?: CallOptions): Promise<void> {
        return this.#api.send("POST", `/api/v1/auth/logout`, { body: body }, options);
    }

    /**
     * Lists the devices that are signed in, last used first.
     */
    listSessions(options?: CallOptions): Promise<Session[]> {
        return this.#api.read<Session[]>("GET", `/api/v1/auth/sessions`, {}, options);
    }

    /**
     * Signs all devices out, the one that asks included.
     */
    revokeAllSessions(options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/auth/sessions`, {}, options);
    }

    /**
     * Signs a device out.
     *
     * Its tokens and open streams end within five seconds, on every instance.
     */
    revokeSession(id: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/auth/sessions/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Confirms an e-mail address by a mailed token.
     *
     * 422 `auth.invalid_token` when the token is unknown, was used before or is older than 24 hours.
     */
    confirmEmail(body: ConfirmEmailBody, options?: CallOptions): Promise<void> {
        return this.#api.send("POST", `/api/v1/auth/confirm-email`, { body: body }, options);
    }

    /**
     * Mails a token that sets a new password.
     *
     * 204 whether or not there is an account with this address. A new token makes the former one void.
     */
    forgotPassword(body: ForgotPasswordBody, options?: CallOptions): Promise<void> {
        return this.#api.send("POST", `/api/v1/auth/forgot-password`, { body: body }, options);
    }

    /**
     * Sets a new password by a mailed token.
     *
     * Every session ends, a second factor stays on, and the address counts as confirmed. 422 `auth.invalid_token` when the token is unknown, was used before or is older than an hour. Where the address had not been confirmed before, API keys, identities of other providers and a second factor are removed: another person may have made them.
     */
    resetPassword(body: ResetPasswordBody, options?: CallOptions): Promise<void> {
        return this.#api.send("POST", `/api/v1/auth/reset-password`, { body: body }, options);
    }
}

/** The calls of this group; one class a tag of the OpenAPI document. */
export class ExternalSignInClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Lists the providers to sign in with.
     */
    providers(options?: CallOptions): Promise<ExternalProvider[]> {
        return this.#api.read<ExternalProvider[]>("GET", `/api/v1/auth/external`, {}, options);
    }

    /**
     * Sends the browser to a provider.
     *
     * Open it as a page, not with fetch. The browser comes back to `returnUrl`, which must be on the configured list, with `code` added to its query, good once and for a minute, or with `error`: `access_denied` or `external_failed`. Put a random value of your own into the query of `returnUrl`, keep it in the browser, and use no code that comes back without it.
     * @returns The address to open as a page, e.g. with location.assign: the browser has to go there itself.
     */
    start(provider: string, returnUrl: string): string {
        return this.#api.url(`/api/v1/auth/external/${encodeURIComponent(provider)}`, { "returnUrl": returnUrl });
    }

    /**
     * Exchanges the code for tokens.
     *
     * Makes an account at the first sign-in. 409 `auth.email_taken` when there is an account with the address that the provider gave: sign in to it and link the provider. 422 `auth.invalid_token` when the code does not work, 422 `auth.external_email_missing`.
     */
    exchange(body: ExternalCodeBody, options?: CallOptions): Promise<TokenPair> {
        return this.#api.read<TokenPair>("POST", `/api/v1/auth/external/exchange`, { body: body }, options);
    }

    /**
     * Lists the providers that the caller can sign in with.
     */
    listLogins(options?: CallOptions): Promise<ExternalLogin[]> {
        return this.#api.read<ExternalLogin[]>("GET", `/api/v1/users/me/external-logins`, {}, options);
    }

    /**
     * Links a provider to the caller's account.
     *
     * Takes the code of a sign-in at the provider. 409 `auth.external_already_linked` when it is another account's.
     */
    link(body: ExternalCodeBody, options?: CallOptions): Promise<ExternalLogin> {
        return this.#api.read<ExternalLogin>("POST", `/api/v1/users/me/external-logins`, { body: body }, options);
    }

    /**
     * Unlinks a provider from the caller's account.
     *
     * 409 `auth.last_credential` when the account could not be signed in to any more.
     */
    unlink(provider: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/users/me/external-logins/${encodeURIComponent(provider)}`, {}, options);
    }
}

/** The calls of this group; one class a tag of the OpenAPI document. */
export class UsersClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Shows the caller's account.
     */
    getMe(options?: CallOptions): Promise<User> {
        return this.#api.read<User>("GET", `/api/v1/users/me`, {}, options);
    }

    /**
     * Changes the caller's account.
     *
     * What is absent stays as it is; a blank `displayName` removes it.
     */
    updateMe(body: UpdateMeBody, options?: CallOptions): Promise<User> {
        return this.#api.read<User>("PATCH", `/api/v1/users/me`, { body: body }, options);
    }

    /**
     * Erases the caller's account and its data.
     *
     * What runs is interrupted. The account ends at once: tokens, keys and credentials stop working, and no call shows its data any more. The data is removed in the background, within seconds or, for a large account, minutes. The figures of the usage ledger stay, under a random id that leads to no person. 409 `admin.last_admin`.
     */
    eraseMe(options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/users/me`, {}, options);
    }

    /**
     * Changes the caller's password.
     *
     * The caller's other sessions end. 422 blames `currentPassword` when it is wrong; an account that has no password yet gets its first one by `/auth/forgot-password`.
     */
    changePassword(body: ChangePasswordBody, options?: CallOptions): Promise<void> {
        return this.#api.send("POST", `/api/v1/users/me/password`, { body: body }, options);
    }

    /**
     * Makes a secret for an authenticator app.
     *
     * Shown this once, and without effect before its first code is confirmed. 409 `auth.two_factor_on` when there is one already.
     */
    setUpTwoFactor(options?: CallOptions): Promise<TwoFactorSetUp> {
        return this.#api.read<TwoFactorSetUp>("POST", `/api/v1/users/me/two-factor`, {}, options);
    }

    /**
     * Turns the second factor off.
     *
     * Needs a code or a recovery code; 422 blames `code` when it is wrong, 409 `auth.two_factor_not_set_up` when it is not on.
     */
    turnOffTwoFactor(body: TwoFactorCodeBody, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/users/me/two-factor`, { body: body }, options);
    }

    /**
     * Turns the second factor on by its first code.
     *
     * Answers ten recovery codes, shown this once. The caller's other sessions end. 422 blames `code` when it is wrong; 409 when the second factor is on already (`auth.two_factor_on`) or there is none (`auth.two_factor_not_set_up`).
     */
    confirmTwoFactor(body: TwoFactorCodeBody, options?: CallOptions): Promise<IssuedRecoveryCodes> {
        return this.#api.read<IssuedRecoveryCodes>("POST", `/api/v1/users/me/two-factor/confirm`, { body: body }, options);
    }

    /**
     * Shows how far the caller's limits are used.
     */
    getQuota(options?: CallOptions): Promise<QuotaStatus> {
        return this.#api.read<QuotaStatus>("GET", `/api/v1/users/me/quota`, {}, options);
    }

    /**
     * Shows what the caller used, by day or by model.
     *
     * From the ledger: `from` is the beginning of the calendar month and `to` is now unless given; at most 366 days. `by` is `day` unless given. `Accept: text/csv` answers the lines as CSV with a header line, without the total. Not available yet, 422 `feature.not_available`: `by=key` and `by=tag`.
     */
    getUsage(from?: string | null | undefined, to?: string | null | undefined, by?: UsageGrouping | null | undefined, options?: CallOptions): Promise<UsageReport> {
        return this.#api.read<UsageReport>("GET", `/api/v1/users/me/usage`, { query: { "from": from, "to": to, "by": by } }, options);
    }

    /**
     * Gives everything that is held about the caller as one JSON document.
     *
     * Streamed in batches while it is read, so that a large one takes some time. When it cannot be completed, the connection is closed before the end of the document. Secrets and their hashes are not in it.
     */
    exportMe(options?: CallOptions): Promise<AccountExport> {
        return this.#api.read<AccountExport>("GET", `/api/v1/users/me/export`, {}, options);
    }
}

/** The calls of this group; one class a tag of the OpenAPI document. */
export class ApiKeysClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Lists the caller's API keys, newest first.
     */
    list(options?: CallOptions): Promise<ApiKey[]> {
        return this.#api.read<ApiKey[]>("GET", `/api/v1/api-keys`, {}, options);
    }

    /**
     * Makes an API key.
     *
     * The answer shows `key` this once. Absent `scopes` mean all: `completions`, `chats:read`, `chats:write`, `usage:read`.
     */
    create(body: CreateApiKeyBody, options?: CallOptions): Promise<ApiKeyRevealed> {
        return this.#api.read<ApiKeyRevealed>("POST", `/api/v1/api-keys`, { body: body }, options);
    }

    /**
     * Gives an API key a new secret.
     *
     * The former secret works on for `overlapSeconds`, at most a week; absent or 0 stops it at once.
     */
    rotate(id: string, body?: RotateApiKeyBody | undefined, options?: CallOptions): Promise<ApiKeyRevealed> {
        return this.#api.read<ApiKeyRevealed>("POST", `/api/v1/api-keys/${encodeURIComponent(id)}/rotate`, { body: body }, options);
    }

    /**
     * Revokes an API key.
     */
    delete(id: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/api-keys/${encodeURIComponent(id)}`, {}, options);
    }
}

/** The calls of this group; one class a tag of the OpenAPI document. */
export class ModelsClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Lists the models of the caller's plan.
     *
     * The first one answers when a request names none. Prices are for a million tokens, in the configured currency; `request` is for one call.
     */
    list(options?: CallOptions): Promise<Model[]> {
        return this.#api.read<Model[]>("GET", `/api/v1/models`, {}, options);
    }
}

/** The calls of this group; one class a tag of the OpenAPI document. */
export class ChatsClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Lists the caller's chats, newest activity first.
     *
     * With `q`, those whose title or messages hold all of its words, each of them whole and in any case. In scripts without spaces between words, such as Chinese, it finds characters that follow each other.
     */
    list(cursor?: string | null | undefined, limit?: number | null | undefined, q?: string | null | undefined, options?: CallOptions): Promise<PageOfChat> {
        return this.#api.read<PageOfChat>("GET", `/api/v1/chats`, { query: { "cursor": cursor, "limit": limit, "q": q } }, options);
    }

    /**
     * Opens a chat.
     *
     * 422 `model.unknown` when the model is not served.
     */
    create(body?: CreateChatBody | undefined, options?: CallOptions): Promise<ChatDetail> {
        return this.#api.read<ChatDetail>("POST", `/api/v1/chats`, { body: body }, options);
    }

    /**
     * Shows a chat.
     *
     * With its system prompt, the end of its active branch and, while one is being answered, the running completion with its question: what a front end that opens the chat elsewhere needs beside the messages.
     */
    get(id: string, options?: CallOptions): Promise<ChatDetail> {
        return this.#api.read<ChatDetail>("GET", `/api/v1/chats/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Changes a chat.
     *
     * What is absent stays as it is; an empty text removes it.
     */
    update(id: string, body: UpdateChatBody, options?: CallOptions): Promise<ChatDetail> {
        return this.#api.read<ChatDetail>("PATCH", `/api/v1/chats/${encodeURIComponent(id)}`, { body: body }, options);
    }

    /**
     * Deletes a chat with its messages.
     */
    delete(id: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/chats/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Lists the messages of the active branch, newest first.
     *
     * `siblingIds` of each message are the ids of all versions of it, itself among them, oldest first; the cursor follows the branch on which it was given out.
     */
    listMessages(id: string, cursor?: string | null | undefined, limit?: number | null | undefined, options?: CallOptions): Promise<PageOfMessage> {
        return this.#api.read<PageOfMessage>("GET", `/api/v1/chats/${encodeURIComponent(id)}/messages`, { query: { "cursor": cursor, "limit": limit } }, options);
    }

    /**
     * Asks in a chat.
     *
     * The question follows `parentId`, or the newest message of the active branch; the answer becomes the new end of that branch. Closing the connection does not lose the answer. 409 `chat.busy` with `completionId` while another question with the same parent, or another answer of the same question, is being written.
     */
    sendMessage(id: string, body: SendMessageBody, options?: CallOptions): Promise<Completion> {
        return this.#api.read<Completion>("POST", `/api/v1/chats/${encodeURIComponent(id)}/messages`, { body: body }, options);
    }

    /** Asks in a chat, and yields the events of the answer as they come. */
    sendMessageStream(id: string, body: SendMessageBody, options?: StreamOptions): CompletionStream {
        return this.#api.stream("POST", `/api/v1/chats/${encodeURIComponent(id)}/messages`, { body: body }, options);
    }

    /**
     * Asks a question of a chat anew.
     *
     * `messageId` is a question of the chat, the first one too; 422 when it is an answer. The new question stands beside it, with the same `parentId`; what was asked and answered before stays. The model sees the branch above the question. The answer becomes the end of the active branch. 409 `chat.busy` with `completionId` while another question with the same parent, or another answer of the same question, is being written.
     */
    editMessage(id: string, messageId: string, body: EditMessageBody, options?: CallOptions): Promise<Completion> {
        return this.#api.read<Completion>("POST", `/api/v1/chats/${encodeURIComponent(id)}/messages/${encodeURIComponent(messageId)}/edit`, { body: body }, options);
    }

    /** Asks a question of a chat anew, and yields the events of the answer as they come. */
    editMessageStream(id: string, messageId: string, body: EditMessageBody, options?: StreamOptions): CompletionStream {
        return this.#api.stream("POST", `/api/v1/chats/${encodeURIComponent(id)}/messages/${encodeURIComponent(messageId)}/edit`, { body: body }, options);
    }

    /**
     * Lists all versions of a message, oldest first.
     *
     * The message itself among them: the messages with the same parent, for a first question all without one.
     */
    listSiblings(id: string, messageId: string, options?: CallOptions): Promise<Message[]> {
        return this.#api.read<Message[]>("GET", `/api/v1/chats/${encodeURIComponent(id)}/messages/${encodeURIComponent(messageId)}/siblings`, {}, options);
    }

    /**
     * Switches to the branch that goes through a message.
     *
     * Of all messages below `messageId` that have nothing below themselves, the newest becomes the end of the active branch; a message with nothing below it is the end itself. An answer that is finished later becomes the end of the active branch all the same.
     */
    setActiveLeaf(id: string, body: ActiveLeafBody, options?: CallOptions): Promise<void> {
        return this.#api.send("PUT", `/api/v1/chats/${encodeURIComponent(id)}/active-leaf`, { body: body }, options);
    }

    /**
     * Answers a question of a chat once more.
     *
     * `messageId` is one of the question's answers, or the question itself. The new answer stands beside the others and becomes the end of the active branch. It never comes from the cache. 409 `chat.busy` with `completionId` while another question with the same parent, or another answer of the same question, is being written.
     */
    regenerate(id: string, messageId: string, body?: RegenerateBody | undefined, options?: CallOptions): Promise<Completion> {
        return this.#api.read<Completion>("POST", `/api/v1/chats/${encodeURIComponent(id)}/messages/${encodeURIComponent(messageId)}/regenerate`, { body: body }, options);
    }

    /** Answers a question of a chat once more, and yields the events of the answer as they come. */
    regenerateStream(id: string, messageId: string, body?: RegenerateBody | undefined, options?: StreamOptions): CompletionStream {
        return this.#api.stream("POST", `/api/v1/chats/${encodeURIComponent(id)}/messages/${encodeURIComponent(messageId)}/regenerate`, { body: body }, options);
    }

    /**
     * Says whether an answer was of use.
     *
     * Said again, it replaces what was said before. 422 when the message is a question.
     */
    rateMessage(id: string, messageId: string, body: FeedbackBody, options?: CallOptions): Promise<void> {
        return this.#api.send("PUT", `/api/v1/chats/${encodeURIComponent(id)}/messages/${encodeURIComponent(messageId)}/feedback`, { body: body }, options);
    }
}

/** The calls of this group; one class a tag of the OpenAPI document. */
export class TemplatesClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Lists the caller's own templates and the shared ones, newest first.
     */
    list(cursor?: string | null | undefined, limit?: number | null | undefined, options?: CallOptions): Promise<PageOfTemplate> {
        return this.#api.read<PageOfTemplate>("GET", `/api/v1/templates`, { query: { "cursor": cursor, "limit": limit } }, options);
    }

    /**
     * Makes a template of the caller's own.
     *
     * The text refers to its parameters by `{{name}}`. 422 names the field: a reference without a parameter, a parameter without a reference, a name that cannot be referred to. 409 `template.name_taken`. 409 `template.too_many`.
     */
    create(body: TemplateBody, options?: CallOptions): Promise<TemplateDetail> {
        return this.#api.read<TemplateDetail>("POST", `/api/v1/templates`, { body: body }, options);
    }

    /**
     * Shows a template as its newest version is.
     */
    get(id: string, options?: CallOptions): Promise<TemplateDetail> {
        return this.#api.read<TemplateDetail>("GET", `/api/v1/templates/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Replaces all that a template of the caller's own is made of.
     *
     * Each change makes a new version; one that changes nothing makes none. 409 `template.too_many_versions`. The text refers to its parameters by `{{name}}`. 422 names the field: a reference without a parameter, a parameter without a reference, a name that cannot be referred to. 409 `template.name_taken`.
     */
    replace(id: string, body: TemplateBody, options?: CallOptions): Promise<TemplateDetail> {
        return this.#api.read<TemplateDetail>("PUT", `/api/v1/templates/${encodeURIComponent(id)}`, { body: body }, options);
    }

    /**
     * Deletes a template of the caller's own with all its versions.
     *
     * What was asked by it stays as it was.
     */
    delete(id: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/templates/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Lists the versions of a template, newest first.
     */
    listVersions(id: string, cursor?: string | null | undefined, limit?: number | null | undefined, options?: CallOptions): Promise<PageOfTemplateVersion> {
        return this.#api.read<PageOfTemplateVersion>("GET", `/api/v1/templates/${encodeURIComponent(id)}/versions`, { query: { "cursor": cursor, "limit": limit } }, options);
    }

    /**
     * Shows a version of a template.
     */
    getVersion(id: string, version: number, options?: CallOptions): Promise<TemplateVersionDetail> {
        return this.#api.read<TemplateVersionDetail>("GET", `/api/v1/templates/${encodeURIComponent(id)}/versions/${encodeURIComponent(version)}`, {}, options);
    }
}

/** The calls of this group; one class a tag of the OpenAPI document. */
export class CompletionsClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Asks one question outside any chat.
     *
     * Closing the connection does not lose the answer: the completion runs on and can be read by its id, unless `onDisconnect` says `cancel`. With a header `Idempotency-Key` the same request makes one completion, however often it is sent within 24 hours.
     */
    create(body: CreateCompletionBody, options?: CallOptions): Promise<Completion> {
        return this.#api.read<Completion>("POST", `/api/v1/completions`, { body: body }, options);
    }

    /** Asks one question outside any chat, and yields the events of the answer as they come. */
    createStream(body: CreateCompletionBody, options?: StreamOptions): CompletionStream {
        return this.#api.stream("POST", `/api/v1/completions`, { body: body }, options);
    }

    /**
     * Shows a completion, whatever state it is in.
     */
    get(id: string, options?: CallOptions): Promise<Completion> {
        return this.#api.read<Completion>("GET", `/api/v1/completions/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Streams the events of a completion.
     *
     * From the start, or after the event that the header `Last-Event-ID` names, on any instance, while it runs and for ten minutes after. Later, or when its instance was lost, the last event tells how it ended, with the whole answer. 204 when the event named is the last one: nothing comes any more, and an `EventSource` stops asking.
     */
    follow(id: string, lastEventId?: string | null | undefined, options?: StreamOptions): CompletionStream {
        return this.#api.follow(id, lastEventId, options);
    }

    /**
     * Cancels a completion.
     *
     * The call of the model stops within two seconds, on whichever instance it runs; tokens produced until then are charged and their text is kept. One that has ended stays as it is.
     */
    cancel(id: string, options?: CallOptions): Promise<Completion> {
        return this.#api.read<Completion>("POST", `/api/v1/completions/${encodeURIComponent(id)}/cancel`, {}, options);
    }
}

/** The calls of this group; one class a tag of the OpenAPI document. */
export class AdminClient {
    readonly #api: Transport;

    /**
     * @param baseUrl Where the program is, e.g. http://localhost:5080; the page's own origin unless given.
     * @param http What sends the calls, with their credential: a UserSession, or withToken. The global fetch unless given, without a credential.
     */
    constructor(baseUrl?: string, http?: Http) {
        this.#api = new Transport(baseUrl, http);
    }

    /**
     * Lists users, newest first.
     *
     * `q` is any part of the e-mail address or the display name, in any case of its letters.
     */
    listUsers(q?: string | null | undefined, cursor?: string | null | undefined, limit?: number | null | undefined, options?: CallOptions): Promise<PageOfAdminUser> {
        return this.#api.read<PageOfAdminUser>("GET", `/api/v1/admin/users`, { query: { "q": q, "cursor": cursor, "limit": limit } }, options);
    }

    /**
     * Makes an account.
     *
     * Without a `password` the user gets a mail with a token that sets one by `/auth/reset-password`, good for 24 hours; after that `/auth/forgot-password` sends another. With a `password` the user gets the mail that confirms the address. 409 `auth.email_taken`, 422 `plan.unknown`.
     */
    createUser(body: CreateUserBody, options?: CallOptions): Promise<AdminUser> {
        return this.#api.read<AdminUser>("POST", `/api/v1/admin/users`, { body: body }, options);
    }

    /**
     * Shows a user, with the last sign-in and whether the second factor is on.
     */
    getUser(id: string, options?: CallOptions): Promise<AdminUser> {
        return this.#api.read<AdminUser>("GET", `/api/v1/admin/users/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Changes a user's role, plan or state.
     *
     * What is absent stays as it is; `planId: null` gives the default plan. Disabling ends the user's sessions. 409 `admin.self_change` when admins would demote or disable themselves, 409 `admin.last_admin` when no admin would be left, 422 `plan.unknown`.
     */
    changeUser(id: string, body: ChangeUserBody, options?: CallOptions): Promise<AdminUser> {
        return this.#api.read<AdminUser>("PATCH", `/api/v1/admin/users/${encodeURIComponent(id)}`, { body: body }, options);
    }

    /**
     * Erases a user's account and its data.
     *
     * The same as the user's own `DELETE /users/me`. 409 `admin.self_change` for the admin who asks, 409 `admin.last_admin` when no admin would be left.
     */
    eraseUser(id: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/admin/users/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Shows what a user used, by day or by model.
     *
     * From the ledger: `from` is the beginning of the calendar month and `to` is now unless given; at most 366 days. `by` is `day` unless given. `Accept: text/csv` answers the lines as CSV with a header line, without the total. Not available yet, 422 `feature.not_available`: `by=key` and `by=tag`.
     */
    getUserUsage(id: string, from?: string | null | undefined, to?: string | null | undefined, by?: UsageGrouping | null | undefined, options?: CallOptions): Promise<UsageReport> {
        return this.#api.read<UsageReport>("GET", `/api/v1/admin/users/${encodeURIComponent(id)}/usage`, { query: { "from": from, "to": to, "by": by } }, options);
    }

    /**
     * Gives a user more of one limit in its current period, or takes some away.
     *
     * Answers with the limit as it stands then. 422 `plan.no_such_limit` when the user's plan has no such limit.
     */
    adjustQuota(id: string, body: AdjustQuotaBody, options?: CallOptions): Promise<QuotaLimit> {
        return this.#api.read<QuotaLimit>("POST", `/api/v1/admin/users/${encodeURIComponent(id)}/quota-adjustments`, { body: body }, options);
    }

    /**
     * Lists the devices that a user is signed in on, last used first.
     */
    listUserSessions(id: string, options?: CallOptions): Promise<Session[]> {
        return this.#api.read<Session[]>("GET", `/api/v1/admin/users/${encodeURIComponent(id)}/sessions`, {}, options);
    }

    /**
     * Signs all of a user's devices out.
     *
     * Their tokens and open streams end within five seconds, on every instance. API keys go on; disable the user to stop those too.
     */
    revokeUserSessions(id: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/admin/users/${encodeURIComponent(id)}/sessions`, {}, options);
    }

    /**
     * Signs one of a user's devices out.
     *
     * Its tokens and open streams end within five seconds, on every instance.
     */
    revokeUserSession(id: string, sessionId: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/admin/users/${encodeURIComponent(id)}/sessions/${encodeURIComponent(sessionId)}`, {}, options);
    }

    /**
     * Lists a user's API keys, newest first, without their secrets.
     */
    listUserApiKeys(id: string, options?: CallOptions): Promise<ApiKey[]> {
        return this.#api.read<ApiKey[]>("GET", `/api/v1/admin/users/${encodeURIComponent(id)}/api-keys`, {}, options);
    }

    /**
     * Revokes one of a user's API keys.
     */
    revokeUserApiKey(id: string, keyId: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/admin/users/${encodeURIComponent(id)}/api-keys/${encodeURIComponent(keyId)}`, {}, options);
    }

    /**
     * Removes a user's second factor.
     *
     * For a user who lost the device and the recovery codes: make sure by another way that it is the user who asks. All sessions of the user end, and the user gets a mail. 409 `auth.two_factor_not_set_up` when it is not on, 409 `admin.self_change` for the admin who asks.
     */
    resetUserTwoFactor(id: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/admin/users/${encodeURIComponent(id)}/two-factor`, {}, options);
    }

    /**
     * Lists a user's chats, newest activity first.
     *
     * Needs the header `Audit-Reason`: why, in 10 to 500 printable characters. It is stored in the audit log before anything is read.
     */
    listUserChats(id: string, reason?: string | null | undefined, cursor?: string | null | undefined, limit?: number | null | undefined, options?: CallOptions): Promise<PageOfChat> {
        return this.#api.read<PageOfChat>("GET", `/api/v1/admin/users/${encodeURIComponent(id)}/chats`, { query: { "cursor": cursor, "limit": limit }, headers: { "Audit-Reason": reason } }, options);
    }

    /**
     * Lists the messages of the active branch of a user's chat, newest first.
     *
     * Needs the header `Audit-Reason`: why, in 10 to 500 printable characters. It is stored in the audit log before anything is read.
     */
    listUserMessages(id: string, chatId: string, reason?: string | null | undefined, cursor?: string | null | undefined, limit?: number | null | undefined, options?: CallOptions): Promise<PageOfMessage> {
        return this.#api.read<PageOfMessage>("GET", `/api/v1/admin/users/${encodeURIComponent(id)}/chats/${encodeURIComponent(chatId)}/messages`, { query: { "cursor": cursor, "limit": limit }, headers: { "Audit-Reason": reason } }, options);
    }

    /**
     * Lists all plans by name.
     */
    listPlans(options?: CallOptions): Promise<Plan[]> {
        return this.#api.read<Plan[]>("GET", `/api/v1/admin/plans`, {}, options);
    }

    /**
     * Makes a plan.
     *
     * With `isDefault: true` it takes the place of the default plan. 409 `plan.name_taken`.
     */
    createPlan(body: PlanBody, options?: CallOptions): Promise<Plan> {
        return this.#api.read<Plan>("POST", `/api/v1/admin/plans`, { body: body }, options);
    }

    /**
     * Shows a plan.
     */
    getPlan(id: string, options?: CallOptions): Promise<Plan> {
        return this.#api.read<Plan>("GET", `/api/v1/admin/plans/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Replaces all terms of a plan.
     *
     * What is absent becomes what it would be in a new plan; what was used stays counted. 409 `plan.name_taken`, and 409 `plan.is_default` when it would leave no default plan: make another one the default instead. A plan that the configuration names is brought back to the configured terms at each start.
     */
    replacePlan(id: string, body: PlanBody, options?: CallOptions): Promise<Plan> {
        return this.#api.read<Plan>("PUT", `/api/v1/admin/plans/${encodeURIComponent(id)}`, { body: body }, options);
    }

    /**
     * Deletes a plan that no user has.
     *
     * 409 `plan.is_default`, and 409 `plan.in_use` while users are assigned to it: give them another plan first. A plan that the configuration names is brought back to the configured terms at each start.
     */
    deletePlan(id: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/admin/plans/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Lists the shared templates, newest first.
     */
    listTemplates(cursor?: string | null | undefined, limit?: number | null | undefined, options?: CallOptions): Promise<PageOfTemplate> {
        return this.#api.read<PageOfTemplate>("GET", `/api/v1/admin/templates`, { query: { "cursor": cursor, "limit": limit } }, options);
    }

    /**
     * Makes a template that is shared with all users.
     *
     * The text refers to its parameters by `{{name}}`. 422 names the field: a reference without a parameter, a parameter without a reference, a name that cannot be referred to. 409 `template.name_taken`. 409 `template.too_many`. Its text is trusted as the operator's is: it is neither screened nor redacted, and users can read it.
     */
    createTemplate(body: TemplateBody, options?: CallOptions): Promise<TemplateDetail> {
        return this.#api.read<TemplateDetail>("POST", `/api/v1/admin/templates`, { body: body }, options);
    }

    /**
     * Shows a shared template as its newest version is.
     */
    getTemplate(id: string, options?: CallOptions): Promise<TemplateDetail> {
        return this.#api.read<TemplateDetail>("GET", `/api/v1/admin/templates/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Replaces all that a shared template is made of.
     *
     * Each change makes a new version; one that changes nothing makes none. 409 `template.too_many_versions`. The text refers to its parameters by `{{name}}`. 422 names the field: a reference without a parameter, a parameter without a reference, a name that cannot be referred to. 409 `template.name_taken`.
     */
    replaceTemplate(id: string, body: TemplateBody, options?: CallOptions): Promise<TemplateDetail> {
        return this.#api.read<TemplateDetail>("PUT", `/api/v1/admin/templates/${encodeURIComponent(id)}`, { body: body }, options);
    }

    /**
     * Deletes a shared template with all its versions.
     *
     * What was asked by it stays as it was.
     */
    deleteTemplate(id: string, options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/admin/templates/${encodeURIComponent(id)}`, {}, options);
    }

    /**
     * Lists the versions of a shared template, newest first.
     */
    listTemplateVersions(id: string, cursor?: string | null | undefined, limit?: number | null | undefined, options?: CallOptions): Promise<PageOfTemplateVersion> {
        return this.#api.read<PageOfTemplateVersion>("GET", `/api/v1/admin/templates/${encodeURIComponent(id)}/versions`, { query: { "cursor": cursor, "limit": limit } }, options);
    }

    /**
     * Shows a version of a shared template.
     */
    getTemplateVersion(id: string, version: number, options?: CallOptions): Promise<TemplateVersionDetail> {
        return this.#api.read<TemplateVersionDetail>("GET", `/api/v1/admin/templates/${encodeURIComponent(id)}/versions/${encodeURIComponent(version)}`, {}, options);
    }

    /**
     * Lists the audit log, newest first.
     *
     * `actor` is the user who did it, by id or e-mail address. `subject` is the user, key, session or plan it was done to, by id, or a user by e-mail address; what an admin does to a user's sessions and keys has the user as its subject. `action` is an exact name, e.g. `session.signed_in`. An address finds the account that has it now: nothing after an erasure.
     */
    listAudit(actor?: string | null | undefined, subject?: string | null | undefined, action?: string | null | undefined, cursor?: string | null | undefined, limit?: number | null | undefined, options?: CallOptions): Promise<PageOfAuditEntry> {
        return this.#api.read<PageOfAuditEntry>("GET", `/api/v1/admin/audit`, { query: { "actor": actor, "subject": subject, "action": action, "cursor": cursor, "limit": limit } }, options);
    }

    /**
     * Reads the whole audit log and says whether it is what was written.
     *
     * Finds lines that were changed, removed, added or moved, and details that were taken away other than with an erased account. Note `headSequence` and `headHash` elsewhere from time to time: a later chain that does not hold that line was cut and grown again.
     */
    verifyAudit(options?: CallOptions): Promise<AuditVerdict> {
        return this.#api.read<AuditVerdict>("GET", `/api/v1/admin/audit/verify`, {}, options);
    }

    /**
     * Lists the AI providers: state, calls under way, failures and latency.
     *
     * As the instance that answers sees them, since its start: each instance has breakers and counts of its own. Those that are asked first come first. The window holds at most the last 2,048 calls of each.
     */
    listProviders(options?: CallOptions): Promise<Provider[]> {
        return this.#api.read<Provider[]>("GET", `/api/v1/admin/providers`, {}, options);
    }

    /**
     * Empties the response cache on every instance.
     *
     * 503 `dependency.unavailable` when Redis is away: then nothing was forgotten.
     */
    clearCache(options?: CallOptions): Promise<void> {
        return this.#api.send("DELETE", `/api/v1/admin/cache`, {}, options);
    }

    /**
     * Shows how stored content is encrypted, and how far a rotation has come.
     */
    getEncryption(options?: CallOptions): Promise<EncryptionStatus> {
        return this.#api.read<EncryptionStatus>("GET", `/api/v1/admin/encryption`, {}, options);
    }

    /**
     * Brings stored content under the current key-encryption key, in the background.
     *
     * Data keys that another key has wrapped are wrapped again, and text from before content was encrypted is encrypted. Nothing is unreadable meanwhile. Each instance does the same at its start and every hour. A key that has wrapped no data key any more can be removed from the configuration.
     */
    rotateKeys(options?: CallOptions): Promise<EncryptionStatus> {
        return this.#api.read<EncryptionStatus>("POST", `/api/v1/admin/encryption/rotate`, {}, options);
    }
}

/** The program runs. */
export interface Liveness {
    /** Always healthy. */
    status: HealthStatus;
}

export type HealthStatus = "unhealthy" | "degraded" | "healthy";

/** Why a request failed, as RFC 9457 says. Branch on code; the texts are for people and may change. */
export interface Problem {
    /** Names the problem for good: urn:cleanllm:problem: and the code. */
    type: string;
    /** The HTTP status in words. */
    title: string;
    /** The HTTP status. */
    status: number;
    /** One sentence about this failure. */
    detail: string;
    /** The path that was asked for. */
    instance: string;
    /** Stable, dotted name of the failure, e.g. quota.exceeded. */
    code: ProblemCode | (string & {});
    /** Finds the request in the server's logs and traces. */
    traceId: string;
    /** Messages by field when the values were not acceptable. */
    errors?: { [key: string]: string[]; } | null | undefined;
    /** The amount allowed, when a limit was hit. */
    limit?: number | null | undefined;
    /** Over what time the limit counts. */
    window?: QuotaWindow | null | undefined;
    /** What the limit counts. */
    metric?: QuotaMetric | null | undefined;
    /** Whom the limit holds for, when a rate limit was hit: address, user or key. */
    subject?: string | null | undefined;
    /** When the window of the limit starts anew. */
    resetsAt?: string | null | undefined;
    /** The completion that stands in the way, when the code is chat.busy. */
    completionId?: string | null | undefined;
}

/** Stable, dotted names of failures. Later versions may have more. */
export type ProblemCode =
    | "admin.last_admin"
    | "admin.self_change"
    | "api_key.not_found"
    | "api_key.too_many"
    | "auth.account_unavailable"
    | "auth.busy"
    | "auth.email_not_confirmed"
    | "auth.email_taken"
    | "auth.external_already_linked"
    | "auth.external_email_missing"
    | "auth.external_failed"
    | "auth.external_login_not_found"
    | "auth.external_provider_not_found"
    | "auth.external_unavailable"
    | "auth.forbidden"
    | "auth.invalid_credentials"
    | "auth.invalid_refresh_token"
    | "auth.invalid_token"
    | "auth.last_credential"
    | "auth.required"
    | "auth.session_ended"
    | "auth.two_factor_not_set_up"
    | "auth.two_factor_on"
    | "auth.two_factor_required"
    | "chat.busy"
    | "chat.not_found"
    | "completion.blocked"
    | "completion.cancelled"
    | "completion.interrupted"
    | "completion.not_found"
    | "completion.not_kept"
    | "completion.timeout"
    | "completion.too_long"
    | "content.unreadable"
    | "dependency.unavailable"
    | "feature.not_available"
    | "idempotency.in_progress"
    | "idempotency.key_reused"
    | "message.not_found"
    | "method.not_allowed"
    | "model.embeddings_only"
    | "model.no_embeddings"
    | "model.not_in_plan"
    | "model.unknown"
    | "plan.in_use"
    | "plan.is_default"
    | "plan.name_taken"
    | "plan.no_such_limit"
    | "plan.not_found"
    | "plan.unknown"
    | "prompt.busy"
    | "prompt.refused"
    | "prompt.too_long"
    | "provider.bad_answer"
    | "provider.content_filtered"
    | "provider.cut_off"
    | "provider.invalid_image"
    | "provider.model_not_found"
    | "provider.rate_limited"
    | "provider.rejected"
    | "provider.request_too_large"
    | "provider.timeout"
    | "provider.too_long"
    | "provider.unavailable"
    | "provider.unsupported"
    | "provider.unsupported_parameter"
    | "provider.value_too_long"
    | "quota.exceeded"
    | "quota.reserved"
    | "rate_limit.exceeded"
    | "request.conflict"
    | "request.malformed"
    | "request.refused"
    | "request.timeout"
    | "request.too_large"
    | "request.unsupported_media_type"
    | "route.not_found"
    | "server.error"
    | "server.overloaded"
    | "server.stopping"
    | "session.not_found"
    | "template.name_taken"
    | "template.not_found"
    | "template.too_many"
    | "template.too_many_versions"
    | "template.unknown"
    | "template.version_not_found"
    | "user.disabled"
    | "user.not_found"
    | "validation.failed";

/** Over what time a limit counts: fixed calendar windows in UTC. */
export type QuotaWindow = "running" | "minute" | "hour" | "day" | "month";

/** What a limit counts. */
export type QuotaMetric = "requests" | "tokens" | "costMicros" | "concurrency";

/** Whether the instance takes traffic. */
export interface Readiness {
    /** The worst status of the dependencies. */
    status: HealthStatus;
    /** Each dependency by itself. */
    dependencies: Dependency[];
}

/** A dependency as its health check saw it just now. */
export interface Dependency {
    /** Which one. */
    name: string;
    /** How it is. */
    status: HealthStatus;
    /** How long the check took, in milliseconds. */
    durationMs: number;
}

/** What runs. */
export interface VersionInfo {
    /** Semantic version and commit. */
    version: string;
    /** Development, Staging or Production. */
    environment: string;
}

/** A JSON Web Key Set (RFC 7517, 5). */
export interface PublicKeySet {
    /** The keys, newest first. */
    keys: PublicKey[];
}

/** A public RSA key (RFC 7518, 6.3.1); numbers are base64url of big-endian bytes. */
export interface PublicKey {
    /** Key type: RSA. */
    kty: string;
    /** What for: sig. */
    use: string;
    /** The only algorithm it is used with. */
    alg: string;
    /** Names the key in a token's header. */
    kid: string;
    /** The modulus. */
    n: string;
    /** The exponent. */
    e: string;
}

/** A user as they see themselves. */
export interface User {
    /** Identifies the user. */
    id: string;
    /** The address they sign in with, its domain in lower case and in ASCII. */
    email: string;
    /** What they want to be called; null when they did not say. */
    displayName: string | null;
    /** What they may do. */
    role: UserRole;
    /** Whether the address was proved to be theirs. */
    emailConfirmed: boolean;
    /** When the account was made. */
    createdAt: string;
}

/** What a user may do beyond their own data. */
export type UserRole = "user" | "admin";

/** A new account. */
export interface RegisterBody {
    /** Where the user can be reached and what they sign in with; at most 254 characters. */
    email: string;
    /** 12 to 128 characters, any of them. */
    password: string;
    /** What they want to be called; at most 100 characters. */
    displayName?: string | null | undefined;
}

/** What a front end needs to act for a user and to go on doing so. */
export interface TokenPair {
    /** A JWT for the Authorization header. */
    accessToken: string;
    /** Always Bearer. */
    tokenType: TokenType;
    /** Seconds until the access token stops working. */
    expiresIn: number;
    /** Good for one call of /auth/refresh, which gives the next pair. */
    refreshToken: string;
    /** When the refresh token stops working unless it is used before. */
    refreshTokenExpiresAt: string;
}

/** How an access token is sent. */
export type TokenType = "Bearer";

/** A sign-in. */
export interface LoginBody {
    /** The address of the account, in any spelling of its domain and any case of its letters. */
    email: string;
    /** Its password. */
    password: string;
    /** A code of the second factor or a recovery code, where the account has a second factor. */
    twoFactorCode?: string | null | undefined;
}

/** A refresh. */
export interface RefreshBody {
    /** As it came with the last pair of tokens. */
    refreshToken: string;
}

/** A sign-out. */
export interface LogoutBody {
    /** Of the session to end; absent means the session of the access token. */
    refreshToken?: string | null | undefined;
}

/** A provider to sign in with. */
export interface ExternalProvider {
    /** Names it in addresses. */
    name: string;
    /** What a person reads on the button. */
    displayName: string;
}

/** The outcome of a sign-in at a provider. */
export interface ExternalCodeBody {
    /** As it came back in the query of the return address. */
    code: string;
}

/** A provider that is linked to the account. */
export interface ExternalLogin {
    /** Its name. */
    provider: string;
    /** What a person reads; its name when it is no longer configured. */
    displayName: string;
}

/** A device that is signed in. */
export interface Session {
    /** Identifies the session. */
    id: string;
    /** What was used to sign in, as it called itself; null when it did not. */
    device: string | null;
    /** The network address of the sign-in; null when it is not known. */
    address: string | null;
    /** When it signed in. */
    createdAt: string;
    /** When it last asked for tokens. */
    lastUsedAt: string;
    /** When it has to sign in again at the latest. */
    expiresAt: string;
    /** Whether it is the one that asks. */
    current: boolean;
}

/** A change of one's own account. */
export interface UpdateMeBody {
    /** What they want to be called; absent leaves it, blank removes it. */
    displayName?: string | null | undefined;
}

/** An API key without its secret. */
export interface ApiKey {
    /** Identifies the key; it is part of the key itself. */
    id: string;
    /** What its owner calls it. */
    name: string;
    /** What it may be used for: completions, chats:read, chats:write, usage:read. */
    scopes: ApiKeyScope[];
    /** The most tokens of a calendar month (UTC); null for no limit of its own. */
    monthlyTokenLimit: number | null;
    /** When it was made. */
    createdAt: string;
    /** When it stops working; null for never. */
    expiresAt: string | null;
    /** When it was last used, to the minute; null when it never was. */
    lastUsedAt: string | null;
    /** Until when the secret before the last rotation works too; null when it does not. */
    formerSecretExpiresAt: string | null;
}

/** What an API key may be used for. */
export type ApiKeyScope = "completions" | "chats:read" | "chats:write" | "usage:read";

/** An API key with its secret, which is shown this once. */
export interface ApiKeyRevealed extends ApiKey {
    /** Send it as Authorization: Bearer clk_…. It cannot be shown again. */
    key: string;
}

/** A new API key. */
export interface CreateApiKeyBody {
    /** What its owner calls it; at most 100 characters. */
    name: string;
    /** What it may be used for; absent means everything a key can. */
    scopes?: ApiKeyScope[] | null | undefined;
    /** When it stops working; absent for never. */
    expiresAt?: string | null | undefined;
    /** The most tokens it may use in a calendar month (UTC), within its owner's quota; absent for no limit of its own. */
    monthlyTokenLimit?: number | null | undefined;
}

/** A rotation. */
export interface RotateApiKeyBody {
    /** How long the former secret works on, 0 to 604,800; absent stops it at once. */
    overlapSeconds?: number | undefined;
}

/** The proof of an address. */
export interface ConfirmEmailBody {
    /** As it was mailed. */
    token: string;
}

/** A forgotten password. */
export interface ForgotPasswordBody {
    /** The address of the account, in any spelling of its domain and any case of its letters. */
    email: string;
}

/** A new password for a forgotten one. */
export interface ResetPasswordBody {
    /** As it was mailed. */
    token: string;
    /** 12 to 128 characters, any of them. */
    newPassword: string;
}

/** A new password for a known one. */
export interface ChangePasswordBody {
    /** The one to be replaced. */
    currentPassword: string;
    /** 12 to 128 characters, any of them. */
    newPassword: string;
}

/** A model that can be asked for. */
export interface Model {
    /** Pass it as model. */
    id: string;
    /** What a person reads. */
    displayName: string;
    /** The configured provider that serves it. */
    provider: string;
    /** Prompt and completion tokens together, at most. */
    contextWindow: number;
    /** Completion tokens of one answer, at most. */
    maxOutputTokens: number;
    /** What calls cost. */
    price: ModelPrice;
    /** What it can do beyond answering text, as configured: tools, images, reasoning, embeddings and others. Empty when nothing is known. */
    capabilities: string[];
}

/** What calls of a model cost in the configured currency: for one million tokens of each class, and for a call. */
export interface ModelPrice {
    /** Prompt tokens. */
    prompt: number;
    /** Prompt tokens that the provider has in its cache. */
    cachedPrompt: number;
    /** Prompt tokens that the provider puts into its cache. */
    cacheWrite: number;
    /** Completion tokens. */
    completion: number;
    /** Completion tokens of reasoning. */
    reasoning: number;
    /** One call, whatever it counts. */
    request: number;
}

/** A secret for an authenticator app, shown this once. */
export interface TwoFactorSetUp {
    /** The secret in Base32, to be typed. */
    secret: string;
    /** The same as an otpauth address, to be shown as a QR code. */
    uri: string;
}

/** Codes for when the device is lost, shown this once. */
export interface IssuedRecoveryCodes {
    /** Each works once in place of a code of the second factor. */
    recoveryCodes: string[];
}

/** A code of the second factor. */
export interface TwoFactorCodeBody {
    /** Six digits from the authenticator app; to turn it off, a recovery code does too. */
    code: string;
}

/** One keyset page. */
export interface PageOfChat {
    /** At most as many as were asked for. */
    items: Chat[];
    /** Opaque; pass it as cursor for the next page. Null on the last one. */
    nextCursor: string | null;
}

/** A conversation, without its messages. */
export interface Chat {
    /** Identifies the chat. */
    id: string;
    /** What it is about; null until named. */
    title: string | null;
    /** The model its messages go to; null for the default model. */
    model: string | null;
    /** When it was opened. */
    createdAt: string;
    /** When it was last changed or continued. */
    updatedAt: string;
    /** Messages on all branches. */
    messageCount: number;
}

/** A conversation, without its messages but with all that is set for it and with what runs in it. */
export interface ChatDetail extends Chat {
    /** Instructions put before every prompt of this chat; null for none. */
    systemPrompt: string | null;
    /** The newest message of the active branch; null while the chat is empty. */
    activeLeafId: string | null;
    /** The completion that is being answered, null when none is. Of several on different branches, the one at the end of the active branch,
else the newest. */
    running: RunningTurn | null;
}

/** A completion that runs in a chat; `GET /completions/{completionId}/events` reads along. */
export interface RunningTurn {
    /** Identifies the completion. */
    completionId: string;
    /** The id of its question, which is listed among the messages once it is answered. */
    questionId: string;
    /** What is asked. */
    content: string;
}

/** A new chat. */
export interface CreateChatBody {
    /** What it is about; at most 200 characters. */
    title?: string | null | undefined;
    /** The model its messages go to unless they name another. */
    model?: string | null | undefined;
    /** Instructions put before every prompt of this chat; at most 20,000 characters. */
    systemPrompt?: string | null | undefined;
}

/** A change of a chat. */
export interface UpdateChatBody {
    /** What it is about; at most 200 characters. */
    title?: string | null | undefined;
    /** The model its messages go to unless they name another. */
    model?: string | null | undefined;
    /** Instructions put before every prompt of this chat; at most 20,000 characters. */
    systemPrompt?: string | null | undefined;
}

/** One keyset page. */
export interface PageOfMessage {
    /** At most as many as were asked for. */
    items: Message[];
    /** Opaque; pass it as cursor for the next page. Null on the last one. */
    nextCursor: string | null;
}

/** One message of a chat, or the answer of a completion outside any chat. */
export interface Message {
    /** Identifies the message; outside any chat it is the completion's id. */
    id: string;
    /** The message it follows; null for the first. */
    parentId: string | null;
    /** Who said it. */
    role: MessageRole;
    /** The text. */
    content: string;
    /** The model that answered; null for a user's message. */
    model: string | null;
    /** Tokens of the prompt that led to this answer; null for a user's message. */
    promptTokens: number | null;
    /** Tokens of this answer; null for a user's message. */
    completionTokens: number | null;
    /** When it was sent, or its answer finished. */
    createdAt: string;
    /** What the user thought of the answer; null while unrated. */
    feedback: Feedback | null;
    /** What the model said while it reasoned; null when it did not, and later on unless the plan keeps it. */
    reasoning?: string | null | undefined;
    /** The template that a question was asked by; null for any other message. */
    template?: TemplateUse | null | undefined;
    /** Why a question has no answer: completion.interrupted when the server stopped before the answer began, so that it can be asked
once more with regenerate; null for any other message. */
    errorCode?: string | null | undefined;
    /** The ids of all versions of this message, itself among them, oldest first: the messages with the same parent, or all without one.
Position and number say "2 of 3". */
    siblingIds: string[];
}

/** Who said a message. */
export type MessageRole = "user" | "assistant";

/** A user's opinion of an answer. */
export interface Feedback {
    /** Up or down. */
    rating: FeedbackRating;
    /** Why; null when not said. */
    comment: string | null;
}

/** Whether an answer was of use. */
export type FeedbackRating = "up" | "down";

/** By which template a question was asked, and with what. The question's `content` has all of what the user wrote as one text. */
export interface TemplateUse {
    /** The template, which may be deleted since. */
    templateId: string;
    /** Which version of it. */
    version: number;
    /** What the user wrote beside the values; may be empty. */
    content: string;
    /** The values by the names of parameters. */
    parameters: { [key: string]: string; };
}

/** One metered call of a model. */
export interface Completion {
    /** Identifies the completion. */
    id: string;
    /** The chat it belongs to; null outside any chat. */
    chatId: string | null;
    /** Where it is in its life. */
    status: CompletionStatus;
    /** The model that was asked; some seconds into an answer, and once it has ended, the one that answers. */
    model: string;
    /** The provider that serves it. */
    provider: string;
    /** The answer, or as much of it as was produced; null while there is none, and when it was not to be stored. */
    message: Message | null;
    /** The tools that the model wants called. */
    toolCalls: ToolCall[];
    /** What it counted. */
    usage: CompletionUsage;
    /** Why the answer ended; null unless it ended by itself. */
    finishReason: FinishReason | null;
    /** The code of what ended it; null unless failed. */
    errorCode: ProblemCode | null | (string & {});
    /** Whether the answer came from the cache, at no cost. */
    cached: boolean;
    /** What the prompt pipeline noticed. */
    findings: Finding[];
    /** When it was admitted. */
    createdAt: string;
    /** When it ended; null while it runs. */
    finishedAt: string | null;
}

/** Where a completion is in its life: queued → running → succeeded, failed or cancelled. */
export type CompletionStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** A call of a tool that the model asks its caller to make. */
export interface ToolCall {
    /** The provider's id for it, or one of ours where the provider gives none; the caller's answer names it. Unique within an answer. */
    id: string;
    /** The function to call. */
    name: string;
    /** Its arguments, as the model wrote them: JSON by intention, not by guarantee. */
    arguments: string;
    /** What the model's family needs back beside the call, such as a thought signature, as JSON; null for nothing. */
    extraContent?: string | null | undefined;
}

/** What a completion counted. */
export interface CompletionUsage {
    /** Tokens of the prompt. */
    promptTokens: number;
    /** Those of the prompt that the provider had in its cache. */
    cachedPromptTokens: number;
    /** Tokens of the answer, its reasoning included. */
    completionTokens: number;
    /** Those of the answer that are reasoning. */
    reasoningTokens: number;
    /** Cost in millionths of the configured currency, exact to three decimals. */
    costMicros: number;
    /** Prompt and answer together. */
    totalTokens: number;
}

/** Why an answer ended. */
export type FinishReason = "stop" | "length" | "contentFilter" | "toolCalls";

/** Something that a step noticed in a prompt or an answer, and let pass, changed or stopped. */
export interface Finding {
    /** The step, e.g. sanitize. */
    step: string;
    /** What it noticed, e.g. invisible_characters_removed. */
    code: string;
    /** How often. */
    count: number;
    /** What the step did about it; null for what is done always. */
    action?: StepMode | null | undefined;
    /** How likely the step holds what it suspects to be, 1 to 100; null where it does not suspect but know. */
    score?: number | null | undefined;
}

/** What a step of the pipeline does about what it notices in a prompt or an answer. */
export type StepMode = "off" | "flag" | "redact" | "block";

/** A question in a chat. */
export interface SendMessageBody {
    /** What is asked; at most 200,000 characters. Absent or empty only where a template is asked by that has values. */
    content?: string | null | undefined;
    /** The answer it follows; absent for the newest of the active branch. */
    parentId?: string | null | undefined;
    /** The model to ask; absent for the chat's. */
    model?: string | null | undefined;
    /** Sampling temperature, 0 to 2; absent for the model's own. */
    temperature?: number | null | undefined;
    /** The longest answer wanted, in tokens; absent for as long as model, plan and quota allow. */
    maxTokens?: number | null | undefined;
    /** Whether the answer may come from the cache; absent for yes at temperature 0. */
    cache?: boolean | null | undefined;
    /** The template that it is asked by, the caller's own or a shared one; absent for none. */
    templateId?: string | null | undefined;
    /** Which version of the template; absent for the newest. */
    templateVersion?: number | null | undefined;
    /** Values by the names of the template's parameters. The model gets them as data, apart from the template's text. */
    parameters?: { [key: string]: string; } | null | undefined;
    /** What happens when the connection closes before the end. */
    onDisconnect?: OnDisconnect | undefined;
}

/** What happens to a completion whose caller leaves before its end. */
export type OnDisconnect = "continue" | "cancel";

/** What is asked in the place of a question. */
export interface EditMessageBody {
    /** What is asked; at most 200,000 characters. Absent or empty only where a template is asked by that has values. */
    content?: string | null | undefined;
    /** The model to ask; absent for the chat's. */
    model?: string | null | undefined;
    /** Sampling temperature, 0 to 2; absent for the model's own. */
    temperature?: number | null | undefined;
    /** The longest answer wanted, in tokens; absent for as long as model, plan and quota allow. */
    maxTokens?: number | null | undefined;
    /** Whether the answer may come from the cache; absent for yes at temperature 0. */
    cache?: boolean | null | undefined;
    /** The template that it is asked by, the caller's own or a shared one; absent for none. */
    templateId?: string | null | undefined;
    /** Which version of the template; absent for the newest. */
    templateVersion?: number | null | undefined;
    /** Values by the names of the template's parameters. The model gets them as data, apart from the template's text. */
    parameters?: { [key: string]: string; } | null | undefined;
    /** What happens when the connection closes before the end. */
    onDisconnect?: OnDisconnect | undefined;
}

/** Which branch is to be shown. */
export interface ActiveLeafBody {
    /** Any message of it. */
    messageId: string;
}

/** How a question is to be answered once more. */
export interface RegenerateBody {
    /** The model to ask; absent for the chat's. */
    model?: string | null | undefined;
    /** Sampling temperature, 0 to 2; absent for the model's own. */
    temperature?: number | null | undefined;
    /** The longest answer wanted, in tokens; absent for as long as model, plan and quota allow. */
    maxTokens?: number | null | undefined;
    /** What happens when the connection closes before the end. */
    onDisconnect?: OnDisconnect | undefined;
}

/** What a user thought of an answer. */
export interface FeedbackBody {
    /** Up or down. */
    rating: FeedbackRating;
    /** Why; at most 2,000 characters. */
    comment?: string | null | undefined;
}

/** One keyset page. */
export interface PageOfTemplate {
    /** At most as many as were asked for. */
    items: Template[];
    /** Opaque; pass it as cursor for the next page. Null on the last one. */
    nextCursor: string | null;
}

/** A template, without its text. */
export interface Template {
    /** Identifies the template. */
    id: string;
    /** What it is called; unique among the user's own templates, and among the shared ones. */
    name: string;
    /** Whether an admin shares it with all users; else it is the user's own. */
    shared: boolean;
    /** The number of its newest version; each change makes a new one. */
    version: number;
    /** When it was made. */
    createdAt: string;
    /** When it was last changed. */
    updatedAt: string;
}

/** A template as its newest version is. */
export interface TemplateDetail extends Template {
    /** The instruction, which refers to its parameters by {{name}}. */
    text: string;
    /** What it is asked with. */
    parameters: TemplateParameter[];
}

/** A value that a template is asked with. */
export interface TemplateParameter {
    /** How the text refers to it. */
    name: string;
    /** What it is for; null when not said. */
    description: string | null;
    /** Whether a value has to be given where there is no default. */
    required: boolean;
    /** The value where none is given; null for none. */
    default: string | null;
    /** The longest value, in characters; null for 200,000. */
    maxLength: number | null;
}

/** All that a template is made of. */
export interface TemplateBody {
    /** What it is called; unique, at most 100 characters. */
    name: string;
    /** The instruction, at most 20,000 characters. It refers to each of its parameters by `{{name}}`. */
    text: string;
    /** What it is asked with, at most 50; absent for none. */
    parameters?: TemplateParameterBody[] | null | undefined;
}

/** A value that a template is asked with. */
export interface TemplateParameterBody {
    /** How the text refers to it: a letter, then letters, digits and underscores; at most 50 characters. */
    name: string;
    /** What it is for, shown to users; at most 500 characters. */
    description?: string | null | undefined;
    /** Whether a value has to be given where there is no default. Default true. */
    required?: boolean | undefined;
    /** The value where none is given; absent for none. */
    default?: string | null | undefined;
    /** The longest value, in characters, 1 to 200,000; absent for 200,000. */
    maxLength?: number | null | undefined;
}

/** One keyset page. */
export interface PageOfTemplateVersion {
    /** At most as many as were asked for. */
    items: TemplateVersion[];
    /** Opaque; pass it as cursor for the next page. Null on the last one. */
    nextCursor: string | null;
}

/** A version of a template, without its text. */
export interface TemplateVersion {
    /** Its number: 1 for the first. */
    version: number;
    /** What the template was called. */
    name: string;
    /** When it was made. */
    createdAt: string;
}

/** A version of a template. */
export interface TemplateVersionDetail {
    /** Its number: 1 for the first. */
    version: number;
    /** What the template was called. */
    name: string;
    /** The instruction. */
    text: string;
    /** What it is asked with. */
    parameters: TemplateParameter[];
    /** When it was made. */
    createdAt: string;
}

/** A question outside any chat. */
export interface CreateCompletionBody {
    /** What is asked; at most 200,000 characters. Absent or empty only where a template is asked by that has values. */
    prompt?: string | null | undefined;
    /** The model to ask; absent for the default one. */
    model?: string | null | undefined;
    /** Sampling temperature, 0 to 2; absent for the model's own. */
    temperature?: number | null | undefined;
    /** The longest answer wanted, in tokens; absent for as long as model, plan and quota allow. */
    maxTokens?: number | null | undefined;
    /** Whether prompt and answer are kept; usage always is. */
    store?: boolean | undefined;
    /** Whether the answer may come from the cache; absent for yes at temperature 0, unless it is not to be stored. */
    cache?: boolean | null | undefined;
    /** The template that it is asked by, the caller's own or a shared one; absent for none. */
    templateId?: string | null | undefined;
    /** Which version of the template; absent for the newest. */
    templateVersion?: number | null | undefined;
    /** Values by the names of the template's parameters. The model gets them as data, apart from the template's text. */
    parameters?: { [key: string]: string; } | null | undefined;
    /** What happens when the connection closes before the end. */
    onDisconnect?: OnDisconnect | undefined;
}

/** What a user may still spend. */
export interface QuotaStatus {
    /** The name of the plan that holds for them. */
    plan: string;
    /** One for each limit of the plan. */
    limits: QuotaLimit[];
}

/** How far one limit is used. */
export interface QuotaLimit {
    /** What is counted. */
    metric: QuotaMetric;
    /** Over what calendar window, in UTC; running for what runs at the same time. */
    window: QuotaWindow;
    /** The amount allowed in the window, with what an admin granted for it. */
    limit: number;
    /** Charged so far; cost exact to three decimals. */
    used: number;
    /** Held by running completions. */
    reserved: number;
    /** What is left. */
    remaining: number;
    /** When the window starts anew. */
    resetsAt: string;
}

/** What was used in a time. */
export interface UsageReport {
    /** The first moment. */
    from: string;
    /** The moment it ends before. */
    to: string;
    /** All lines together. */
    total: UsageFigures;
    /** One line for each day or model that was charged, in order. */
    items: UsageLine[];
}

/** Charged use. */
export interface UsageFigures {
    /** Completions. */
    requests: number;
    /** Tokens of their prompts. */
    promptTokens: number;
    /** Those of them that providers had in their caches. */
    cachedPromptTokens: number;
    /** Tokens of their answers, reasoning included. */
    completionTokens: number;
    /** Those of them that are reasoning. */
    reasoningTokens: number;
    /** What they cost, in millionths of the configured currency, exact to three decimals. */
    costMicros: number;
}

/** Charged use of one day or one model. */
export interface UsageLine {
    /** The day as 2026-03-01 (UTC), or the model's id. */
    key: string;
    /** Completions. */
    requests: number;
    /** Tokens of their prompts. */
    promptTokens: number;
    /** Those of them that providers had in their caches. */
    cachedPromptTokens: number;
    /** Tokens of their answers, reasoning included. */
    completionTokens: number;
    /** Those of them that are reasoning. */
    reasoningTokens: number;
    /** What they cost, in millionths of the configured currency, exact to three decimals. */
    costMicros: number;
}

/** What the lines of a report are for. */
export type UsageGrouping = "day" | "model";

/** Everything that is held about a user, but for secrets and their hashes. */
export interface AccountExport {
    /** When it was taken. */
    exportedAt: string;
    /** The account. */
    profile: ExportedProfile;
    /** Identities of other providers that sign in to it. */
    externalLogins: ExportedLogin[];
    /** Where it was signed in, ended sessions too. */
    sessions: ExportedSession[];
    /** Its API keys. */
    apiKeys: ExportedKey[];
    /** Its chats with all their messages. */
    chats: ExportedChat[];
    /** Its completions outside any chat. */
    completions: ExportedCompletion[];
    /** Its own templates with all their versions. */
    templates: ExportedTemplate[];
    /** What it was charged for. */
    usage: ExportedUsage[];
    /** How far its limits were used. */
    quotaCounters: ExportedCounter[];
    /** What the audit log says about it. */
    auditLog: ExportedAudit[];
}

/** The account itself. */
export interface ExportedProfile {
    /** Identifies the user. */
    id: string;
    /** The address of the account, its domain in lower case and in ASCII. */
    email: string;
    /** The name that the user chose; null when none was chosen. */
    displayName: string | null;
    /** What the user may do. */
    role: UserRole;
    /** Whether the address was proved to be the user's. */
    emailConfirmed: boolean;
    /** The plan that was assigned to the user; null for the default plan. */
    planId: string | null;
    /** When the account was made. */
    createdAt: string;
    /** When the user last signed in; null before the first time. */
    lastSignInAt: string | null;
}

/** An identity of another provider. */
export interface ExportedLogin {
    /** The provider that issued the identity. */
    provider: string;
    /** The id of the user at that provider. */
    subject: string;
}

/** A device that is or was signed in. */
export interface ExportedSession {
    id: string;
    device: string | null;
    address: string | null;
    createdAt: string;
    lastUsedAt: string;
    expiresAt: string;
    revokedAt: string | null;
}

/** An API key, without anything of its secret. */
export interface ExportedKey {
    id: string;
    name: string;
    scopes: ApiKeyScope[];
    monthlyTokenLimit: number | null;
    createdAt: string;
    expiresAt: string | null;
    lastUsedAt: string | null;
}

/** A chat with the messages of all its branches, oldest first, and the summaries that were made of them. */
export interface ExportedChat {
    id: string;
    title: string | null;
    model: string | null;
    systemPrompt: string | null;
    createdAt: string;
    updatedAt: string;
    summaries: ExportedSummary[];
    messages: ExportedMessage[];
}

/** What a model wrote in the place of the oldest messages of a branch. */
export interface ExportedSummary {
    /** The newest message that it covers, together with all above it. */
    upTo: string;
    /** How many messages it covers. */
    messages: number;
    /** The text. */
    content: string;
    /** When it was written. */
    createdAt: string;
}

/** One message of a chat. The messages with the same parent, or all without one, are versions of each other. */
export interface ExportedMessage {
    /** Identifies the message. */
    id: string;
    /** The message it follows; null for a first one. */
    parentId: string | null;
    /** The author: user or assistant. */
    role: MessageRole;
    /** The text. */
    content: string;
    /** The model that answered; null for a user's message. */
    model: string | null;
    /** Tokens of the prompt that led to this answer; null for a user's message. */
    promptTokens: number | null;
    /** Tokens of this answer; null for a user's message. */
    completionTokens: number | null;
    /** When it was sent, or its answer finished. */
    createdAt: string;
    /** The user's rating of the answer; null while unrated. */
    feedback: Feedback | null;
    /** What the model said while it reasoned; null unless the plan keeps it. */
    reasoning?: string | null | undefined;
    /** The template that a question was asked by; null for any other message. */
    template?: TemplateUse | null | undefined;
}

/** A completion outside any chat. */
export interface ExportedCompletion {
    /** What was asked; null when it was not to be stored. */
    prompt: string | null;
    /** What came of it. */
    completion: Completion;
    /** The template that it was asked by; null for none, and when it was not to be stored. */
    template?: TemplateUse | null | undefined;
}

/** A template of the user with all its versions, newest first. */
export interface ExportedTemplate {
    /** Identifies the template. */
    id: string;
    /** What it is called. */
    name: string;
    /** When it was made. */
    createdAt: string;
    /** When it was last changed. */
    updatedAt: string;
    /** Its versions. */
    versions: TemplateVersionDetail[];
}

/** A line of the usage ledger. */
export interface ExportedUsage {
    id: string;
    apiKeyId: string | null;
    model: string;
    provider: string;
    promptTokens: number;
    cachedPromptTokens: number;
    cacheWriteTokens: number;
    completionTokens: number;
    reasoningTokens: number;
    costMicros: number;
    priceVersion: string;
    basis: UsageBasis;
    admittedAt: string;
}

/** Where the token counts of a ledger entry come from. */
export type UsageBasis = "reported" | "counted" | "partial" | "cached";

/** What was used of one limit in one period. */
export interface ExportedCounter {
    /** The API key whose own limit it is; null for the user's. */
    apiKeyId: string | null;
    /** What is counted. */
    metric: QuotaMetric;
    /** Over what time. */
    window: QuotaWindow;
    /** Which period of it. */
    periodStart: string;
    /** Charged. */
    used: number;
    /** Held by running completions. */
    reserved: number;
    /** Added by an admin. */
    granted: number;
}

/** A line of the audit log that concerns the user, without data of other users. */
export interface ExportedAudit {
    /** When it happened. */
    at: string;
    /** What happened. */
    action: string;
    /** Whether the user did it. */
    byYou: boolean;
    /** The object of the action; null when it belongs to another user. */
    subjectId: string | null;
    /** More about it; null when there is none, or when it belongs to another user. */
    detail: unknown;
}

/** One keyset page. */
export interface PageOfAdminUser {
    /** At most as many as were asked for. */
    items: AdminUser[];
    /** Opaque; pass it as cursor for the next page. Null on the last one. */
    nextCursor: string | null;
}

/** A user as admins see them. */
export interface AdminUser {
    /** Identifies the user. */
    id: string;
    /** The address they sign in with, its domain in lower case and in ASCII. */
    email: string;
    /** What they want to be called; null when they did not say. */
    displayName: string | null;
    /** What they may do. */
    role: UserRole;
    /** Whether the address was proved to be theirs. */
    emailConfirmed: boolean;
    /** Whether they are locked out. */
    disabled: boolean;
    /** The plan of their own; null for the default plan. */
    planId: string | null;
    /** The name of the plan that holds for them, their own or the default one. */
    plan: string | null;
    /** Whether signing in asks for a second factor. */
    twoFactorEnabled: boolean;
    /** When the account was made. */
    createdAt: string;
    /** When they last signed in; null when they never did. A refresh of tokens does not count. */
    lastSignInAt: string | null;
}

/** A new account. */
export interface CreateUserBody {
    /** Where the user can be reached, and what they sign in with. */
    email: string;
    /** What they want to be called; at most 100 characters. */
    displayName?: string | null | undefined;
    /** What they may do. Default user. */
    role?: UserRole | undefined;
    /** Their plan; absent or null for the default one. */
    planId?: string | null | undefined;
    /** 12 to 128 characters, any of them; absent or null to let them choose one by mail. */
    password?: string | null | undefined;
}

/** A change of a user. */
export interface ChangeUserBody {
    /** What they may do; absent leaves it. */
    role?: UserRole | null | undefined;
    /** Whether they are locked out; absent leaves it. */
    disabled?: boolean | null | undefined;
    /** Their plan; null for the default one, absent leaves it. */
    planId?: string | null | undefined;
}

/** A change of what a user may use of one limit in its current period. */
export interface AdjustQuotaBody {
    /** Which limit: what it counts. */
    metric: QuotaMetric;
    /** Which limit: over what time. */
    window: QuotaWindow;
    /** What is added; negative to take away, not 0. */
    amount: number;
    /** Why, in 10 to 500 printable characters; kept in the audit log. */
    reason: string;
}

/** A plan: what its users may spend, and on which models. */
export interface Plan {
    /** Identifies the plan. */
    id: string;
    /** Unique, shown to users. */
    name: string;
    /** Whether it holds for users without a plan of their own; exactly one does. */
    isDefault: boolean;
    /** Completions a user may have running at once; null for no limit. */
    concurrency: number | null;
    /** Model ids that may be asked for; empty for all. */
    allowedModels: string[];
    /** The most completion tokens of one answer; null for what the model allows. */
    maxOutputTokens: number | null;
    /** At most one for each metric and window. */
    limits: PlanLimit[];
    /** Whether what models say while they reason is kept with their answers. */
    storeReasoning: boolean;
    /** How often its users may call, at most one for each class; a class that is absent has the rate of the server's configuration. */
    requestRates: PlanRate[];
    /** What steps of the prompt pipeline do for its users, at most one setting for each; a step that is absent is set by the server's configuration. */
    steps: PlanStep[];
    /** What becomes of the oldest messages of their chats that do not fit a model's context window: `drop`, or `summarize` where the server has a model for that. */
    history: HistoryMode;
    /** Instructions that come before every prompt of its users, behind those of the server's configuration and ahead of a chat's own; null for none. */
    systemPrompt?: string | null | undefined;
}

/** A limit of a plan. */
export interface PlanLimit {
    /** requests, tokens or costMicros (millionths of the configured currency). */
    metric: QuotaMetric;
    /** minute, hour, day or month, by the calendar in UTC. */
    window: QuotaWindow;
    /** The most that may be used in the window. */
    amount: number;
}

/** How often users of a plan may send requests of a class. */
export interface PlanRate {
    /** read, write, completion, or costly for what issues secrets, checks passwords, exports or erases. */
    class: RequestClass;
    /** Requests a minute of a user's sessions and API keys together; all of them may come at once. */
    perMinute: number;
    /** Requests a minute of one API key; null for no rate of its own. */
    perMinuteOfKey: number | null;
}

/** What requests have a common rate. */
export type RequestClass = "read" | "write" | "completion" | "costly";

/** What a step of the prompt pipeline does for the users of a plan. */
export interface PlanStep {
    /** The name of the step, such as injection. */
    step: string;
    /** off, flag, redact or block. */
    mode: StepMode;
}

/** What becomes of the oldest messages of a chat that do not fit a model's context window. */
export type HistoryMode = "drop" | "summarize";

/** All that a plan is made of. */
export interface PlanBody {
    /** Unique; at most 100 characters. */
    name: string;
    /** Whether it holds for users without a plan of their own. Default false. */
    isDefault?: boolean | undefined;
    /** Completions a user may have running at once; absent for no limit. */
    concurrency?: number | null | undefined;
    /** Model ids that may be asked for; absent or empty for all. */
    allowedModels?: string[] | null | undefined;
    /** The most completion tokens of one answer; absent for what the model allows. */
    maxOutputTokens?: number | null | undefined;
    /** At most one for each metric and window; absent for none. */
    limits?: PlanLimitBody[] | null | undefined;
    /** Whether what models say while they reason is kept with their answers. Default false. */
    storeReasoning?: boolean | undefined;
    /** How often its users may call, at most one for each class; absent for the rates of the server's configuration. */
    requestRates?: PlanRateBody[] | null | undefined;
    /** What steps of the prompt pipeline do for its users, at most one setting for each; absent for those of the server's configuration. */
    steps?: PlanStepBody[] | null | undefined;
    /** What becomes of the oldest messages of their chats that do not fit a model's context window: `drop`, or `summarize` where the server has a model for that. Default `drop`. */
    history?: HistoryMode | undefined;
    /** Instructions that come before every prompt of its users, behind those of the server's configuration and ahead of a chat's own; at most 20,000 characters,
absent for none. Users are not shown them; they are neither screened nor redacted. */
    systemPrompt?: string | null | undefined;
}

/** A limit of a plan. */
export interface PlanLimitBody {
    /** requests, tokens or costMicros (millionths of the configured currency). */
    metric: QuotaMetric;
    /** minute, hour, day or month, by the calendar in UTC. */
    window: QuotaWindow;
    /** The most that may be used in the window, 0 to 9,007,199,254,740,991. */
    amount: number;
}

/** How often users of a plan may send requests of a class. */
export interface PlanRateBody {
    /** read, write, completion, or costly for what issues secrets, checks passwords, exports or erases. */
    class: RequestClass;
    /** Requests a minute of a user's sessions and API keys together, all of which may come at once; 1 to 1,000,000. */
    perMinute: number;
    /** Requests a minute of one API key, at most `perMinute`; absent for no rate of its own. */
    perMinuteOfKey?: number | null | undefined;
}

/** What a step of the prompt pipeline does for the users of a plan. */
export interface PlanStepBody {
    /** The name of the step, such as injection. */
    step: string;
    /** off, flag (a finding tells of it), redact (the text is changed) or block (the prompt is refused, or the answer stopped), of those that the step can. */
    mode: StepMode;
}

/** One keyset page. */
export interface PageOfAuditEntry {
    /** At most as many as were asked for. */
    items: AuditEntry[];
    /** Opaque; pass it as cursor for the next page. Null on the last one. */
    nextCursor: string | null;
}

/** A line of the audit log. */
export interface AuditEntry {
    /** Identifies the line. */
    id: string;
    /** Its place in the chain, from 1. */
    sequence: number;
    /** When it happened. */
    at: string;
    /** What happened, dotted. */
    action: string;
    /** The user who did it; null when the caller was not signed in. */
    actorId: string | null;
    /** The user, key, session or plan it was done to; null when there is none. */
    subjectId: string | null;
    /** More about it; null when there was nothing, or when it was erased. */
    detail: unknown;
    /** Whether the detail was erased, with the account it was about. */
    redacted: boolean;
}

/** Whether the audit log is what was written. Noting HeadSequence and HeadHash elsewhere from time to time guards even against an attacker who cuts off the newest lines and puts back an earlier head. */
export interface AuditVerdict {
    /** Whether every line is in its place and as it was written. */
    valid: boolean;
    /** Lines found to be right, up to the first that is not. */
    entries: number;
    /** Of these, the lines whose detail was erased with an account. */
    redacted: number;
    /** The place of the first line that is wrong or missing; null when valid. */
    brokenAt: number | null;
    /** What is wrong there; null when valid. */
    reason: string | null;
    /** The newest line's place when the look began. */
    headSequence: number;
    /** Its hash, in hexadecimal; empty before the first line. */
    headHash: string;
}

/** A provider as the answering instance sees it. */
export interface Provider {
    /** Its configured name. */
    name: string;
    /** How it is spoken to. */
    kind: string;
    /** Lower is asked first. */
    priority: number;
    /** Its share among providers of equal priority. */
    weight: number;
    /** The ids of its models; empty while it has not listed any. */
    models: string[];
    /** Those of them that have been asked, each with a state of its own. */
    modelStates: ProviderModel[];
    /** Whether it is asked: for connections and credential as a whole, else as its models are; as the first of them to be asked again when none is. */
    state: ProviderState;
    /** Since when; for rateLimited, since when it has been healthy or degraded otherwise. */
    since: string;
    /** Calls under way. */
    inFlight: number;
    /** Calls that wait for a place. */
    queued: number;
    /** Places for calls. */
    maxConcurrentCalls: number;
    /** Its last calls. */
    window: ProviderWindow;
    /** How the last call failed that did; null when none has since the start. */
    lastFailure: ProviderFailure | null;
    /** When that was. */
    lastFailureAt: string | null;
    /** When it may be asked again; null when it may be asked now. */
    retryAt: string | null;
}

/** A model of a provider as the answering instance sees it. What one model fails by does not close the others. */
export interface ProviderModel {
    /** Its id. */
    model: string;
    /** Whether it is asked, as far as it depends on the model. */
    state: ProviderState;
    /** Since when; for rateLimited, since when it has been healthy or degraded otherwise. */
    since: string;
    /** How its last call failed that did; null when none has. */
    lastFailure: ProviderFailure | null;
    /** When that was. */
    lastFailureAt: string | null;
    /** When it may be asked again; null when it may be asked now. */
    retryAt: string | null;
}

/** Whether a provider, or one of its models, is asked at the moment. */
export type ProviderState = "healthy" | "degraded" | "rateLimited" | "open" | "halfOpen";

/** How a call of an AI provider failed. */
export type ProviderFailure =
    | "refused"
    | "timeout"
    | "rateLimited"
    | "rejected"
    | "badAnswer"
    | "cutOff"
    | "tooLong"
    | "unsupported"
    | "contextTooLong"
    | "contentFiltered"
    | "modelNotFound"
    | "requestTooLarge"
    | "invalidImage"
    | "unsupportedParameter"
    | "valueTooLong";

/** The last calls of a provider: retries count, calls that their caller left do not. */
export interface ProviderWindow {
    /** How far it looks back at most. */
    seconds: number;
    /** Calls that ended. */
    calls: number;
    /** Those that failed. */
    failures: number;
    /** The same by how they failed. */
    failuresByKind: { [key in ProviderFailure]?: number; };
    /** Until streams began; null without any. */
    firstByte: ProviderLatency | null;
    /** From beginning to end of successful calls; null without any. */
    whole: ProviderLatency | null;
}

/** How long calls took, in milliseconds. */
export interface ProviderLatency {
    /** Half of them took no longer. */
    p50: number;
    /** All but one in twenty took no longer. */
    p95: number;
}

/** How stored content is encrypted. */
export interface EncryptionStatus {
    /** The id of the key-encryption key that wraps data keys now. */
    currentKeyId: string;
    /** How many data keys each key-encryption key has wrapped. A key that has none can be removed from the configuration. */
    dataKeys: WrappedKeys[];
    /** Columns that may still hold plain text from before content was encrypted; empty once all is encrypted. */
    plainColumns: string[];
}

/** The data keys of one key-encryption key. */
export interface WrappedKeys {
    /** The key-encryption key. */
    keyId: string;
    /** How many it has wrapped. */
    count: number;
}