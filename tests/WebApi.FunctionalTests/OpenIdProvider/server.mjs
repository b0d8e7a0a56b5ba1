// An OpenID provider for the tests: the certified oidc-provider with its own login and consent pages for development.
// Usage: node server.mjs PORT REDIRECT_URI…   A user who signs in as NAME has the address NAME@example.org, which counts as
// verified unless NAME begins with "unproved".
import Provider from 'oidc-provider';

const [port, ...redirectUris] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'cleanllm',
    client_secret: 'a secret of the tests only',
    redirect_uris: redirectUris,
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['keys of the tests only'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: !id.startsWith('unproved'), name: `The ${id}` }),
  }),
});

provider.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${issuer}`));
