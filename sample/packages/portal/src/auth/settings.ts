/** Where and as what a portal signs people in: plain environment, read when it is needed, baked into no image. */
import { Stopped } from './stopped';

export interface Settings {
  issuer: string;
  /** Where this process reaches the issuer; the browser may know it by another address. */
  internal: string;
  publicUrl: string;
  secret: string;
  client: string;
  role: string;
}

const SHORTEST_SECRET = 32;

/** What a value must be, or nothing where it is right. */
const RULES: Record<string, (value: string) => string | undefined> = {
  OIDC_ISSUER: url,
  OIDC_INTERNAL_URL: (value) => (value ? url(value) : undefined),
  PUBLIC_URL: (value) => url(value) ?? (new URL(value).href === `${new URL(value).origin}/` ? undefined : 'a URL without a path'),
  SESSION_SECRET: (value) => (value.length < SHORTEST_SECRET ? `${SHORTEST_SECRET} characters or more` : undefined),
  OIDC_CLIENT: word,
  OIDC_ROLE: word,
};

/** All that is wrong with the environment. */
export function faults(): string[] {
  return Object.entries(RULES).flatMap(([name, rule]) => {
    const value = process.env[name] ?? '';
    const wanted = rule(value);
    if (!wanted) return [];
    if (!value) return [`${name} is not set`];
    return [name === 'SESSION_SECRET' ? `${name} has ${value.length} characters, must have ${wanted}` : `${name} is "${value}", must be ${wanted}`];
  });
}

export function settings(): Settings {
  const wrong = faults();
  if (wrong.length > 0) throw new Stopped(500, `This portal cannot sign anybody in: ${wrong.join('; ')}.`);
  const { OIDC_ISSUER, OIDC_INTERNAL_URL, PUBLIC_URL, SESSION_SECRET, OIDC_CLIENT, OIDC_ROLE } = process.env as Record<string, string>;
  return {
    issuer: OIDC_ISSUER,
    internal: (OIDC_INTERNAL_URL || OIDC_ISSUER).replace(/\/+$/, ''),
    publicUrl: new URL(PUBLIC_URL).origin,
    secret: SESSION_SECRET,
    client: OIDC_CLIENT,
    role: OIDC_ROLE,
  };
}

/** What anybody may know of it, right or wrong. */
export function told() {
  const { PUBLIC_URL, OIDC_ISSUER, OIDC_CLIENT } = process.env;
  return { publicUrl: PUBLIC_URL || null, issuer: OIDC_ISSUER || null, client: OIDC_CLIENT || null, stand: stand() };
}

export function stand(): string {
  return process.env.STAND_NAME || 'local';
}

function url(value: string): string | undefined {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) ? undefined : 'a URL that begins with http:// or https://';
}

/** The client names a cookie, too. */
function word(value: string): string | undefined {
  return /^[\w-]+$/.test(value) ? undefined : 'letters, digits, _ and -';
}
