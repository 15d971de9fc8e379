import { GET, POST } from '../../app/auth/[step]/route';

// As a route handler sees it behind 0.0.0.0, whatever the browser asked for.
const REQUESTED = 'http://0.0.0.0:3001/auth';

/** What the browser gets from a step. */
export function get(step: string, query: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request(`${REQUESTED}/${step}?${new URLSearchParams(query)}`, { headers });
  return GET(request, { params: Promise.resolve({ step }) });
}

export function post(step: string): Promise<Response> {
  return POST(new Request(`${REQUESTED}/${step}`, { method: 'POST' }), { params: Promise.resolve({ step }) });
}

/** A sign-in that was begun: what was asked of the sign-in service. */
export async function begun(to = '/'): Promise<{ state: string; nonce: string }> {
  const location = new URL((await get('login', { to })).headers.get('location') ?? '');
  return Object.fromEntries(location.searchParams) as { state: string; nonce: string };
}

export function location(answer: Response): string | null {
  return answer.headers.get('location');
}
