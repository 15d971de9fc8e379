/** A sign-in service for tests: what Keycloak says to a portal, without Keycloak. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { vi } from 'vitest';

export const PUBLIC = 'http://192.0.2.10:58080/realms/ois';
export const INTERNAL = 'http://keycloak:8080/realms/ois';

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The key of somebody else. */
export const FORGED = OTHER.privateKey;

export function jwt(claims: object, key: KeyObject = KEYS.privateKey): string {
  const head = [{ alg: 'RS256', typ: 'JWT', kid: 'one' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
}

/** The claims of an ID token that is right for this nonce. */
export function claims(nonce: string, changed: object = {}): object {
  const now = Math.floor(Date.now() / 1000);
  const who = { sub: '1', name: 'Anna Petrova', preferred_username: 'anna' };
  return { iss: PUBLIC, aud: 'portal-issuer', azp: 'portal-issuer', iat: now, exp: now + 300, nonce, ...who, ...changed };
}

/** What the token endpoint grants, unless a test wants something else. */
export function grant(nonce: string, changed: { id?: object; roles?: string[]; key?: KeyObject } = {}): object {
  const access = { realm_access: { roles: changed.roles ?? ['issuer'] } };
  return { access_token: jwt(access), id_token: jwt(claims(nonce, changed.id), changed.key), token_type: 'Bearer', expires_in: 300 };
}

type Answers = { issuer?: string; token?: () => Response };

/** Keycloak answers at its internal address; what it is asked for is remembered. */
export function keycloak({ issuer = PUBLIC, token }: Answers = {}): Request[] {
  const asked: Request[] = [];
  const document = {
    issuer,
    authorization_endpoint: `${PUBLIC}/protocol/openid-connect/auth`,
    end_session_endpoint: `${PUBLIC}/protocol/openid-connect/logout`,
    token_endpoint: `${INTERNAL}/protocol/openid-connect/token`,
    jwks_uri: `${INTERNAL}/protocol/openid-connect/certs`,
    authorization_response_iss_parameter_supported: true,
  };
  // Keycloak publishes a key for encryption, too.
  const keys = [
    { ...OTHER.publicKey.export({ format: 'jwk' }), kid: 'two', use: 'enc', alg: 'RSA-OAEP' },
    { ...KEYS.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' },
  ];
  const answers: Record<string, () => Response> = {
    [`${INTERNAL}/.well-known/openid-configuration`]: () => Response.json(document),
    [document.jwks_uri]: () => Response.json({ keys }),
    [document.token_endpoint]: token ?? (() => Response.json({ error: 'invalid_grant' }, { status: 400 })),
  };
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push(new Request(url, init));
    return answers[url]();
  });
  return asked;
}
