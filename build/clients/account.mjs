// Registers a user and prints a new API key of the user. Usage: node account.mjs URL
import { randomBytes } from 'node:crypto';

const [base] = process.argv.slice(2);

async function call(path, body, status, token) {
    const response = await fetch(base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body),
    });
    if (response.status !== status) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
}

const account = { email: 'clients@example.org', password: randomBytes(18).toString('base64url') };
await call('/api/v1/auth/register', account, 201);
const { accessToken } = await call('/api/v1/auth/login', account, 200);
const { key } = await call('/api/v1/api-keys', { name: 'clients', scopes: ['completions'] }, 201, accessToken);
console.log(key);
