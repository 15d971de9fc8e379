/** The sign-in service, as OpenID Connect describes it: Keycloak. */
import * as oidc from 'openid-client';
import type { Pending } from './session';
import type { Settings } from './settings';
import { Stopped } from './stopped';

const TIMEOUT = 10; // seconds
const NO_ANSWER = new Set(['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR']);

const found = new Map<string, oidc.Configuration>();

/** What it says of itself. A good answer is kept, a failure is not. */
export async function provider(settings: Settings): Promise<oidc.Configuration> {
  const key = [settings.internal, settings.issuer, settings.client].join(' ');
  const service = found.get(key) ?? (await discover(settings));
  found.set(key, service);
  return service;
}

/** The tokens for the code with which the browser came back. */
export async function tokens(settings: Settings, search: string, pending: Pending) {
  const service = await provider(settings);
  // By the public address: the request's own is http://0.0.0.0:3001, and a redirect URI has to be said twice alike.
  const came = new URL(`${callback(settings)}${search}`);
  const checks = { expectedState: pending.state, expectedNonce: pending.nonce, pkceCodeVerifier: pending.verifier };
  return oidc.authorizationCodeGrant(service, came, checks).catch((error) => {
    throw stopped(settings, error);
  });
}

export function callback({ publicUrl }: Settings): string {
  return `${publicUrl}/auth/callback`;
}

async function discover(settings: Settings): Promise<oidc.Configuration> {
  // By the whole address: then openid-client does not demand that the issuer is where the document was read.
  const document = new URL(`${settings.internal}/.well-known/openid-configuration`);
  // Inside a stand there is plain HTTP, so nothing but its signature vouches for an ID token.
  const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks];
  const service = await oidc.discovery(document, settings.client, undefined, oidc.None(), { execute, timeout: TIMEOUT }).catch((error) => {
    throw silent(settings, error);
  });
  const { issuer } = service.serverMetadata();
  if (issuer !== settings.issuer) {
    throw new Stopped(500, `The sign-in service at ${settings.internal} calls itself ${issuer}, but OIDC_ISSUER is ${settings.issuer}.`);
  }
  return service;
}

function stopped(settings: Settings, error: unknown): Stopped {
  if (error instanceof oidc.AuthorizationResponseError) return refused(error);
  if (error instanceof oidc.ResponseBodyError && error.status < 500) return refused(error);
  if (error instanceof oidc.ClientError && !NO_ANSWER.has(error.code ?? '')) {
    return new Stopped(502, `What the sign-in service at ${settings.internal} answered is not to be trusted: ${reason(error)}.`);
  }
  return silent(settings, error);
}

function refused({ error, error_description }: { error: string; error_description?: string }): Stopped {
  return new Stopped(400, `The sign-in service refused: ${error_description ? `${error} (${error_description})` : error}.`);
}

function silent(settings: Settings, error: unknown): Stopped {
  return new Stopped(503, `The sign-in service does not answer at ${settings.internal}: ${reason(error)}.`);
}

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  if (cause instanceof Response) return `the answer was ${cause.status}`;
  // Where several addresses were tried, Node has no message, only a code.
  return cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : message;
}
