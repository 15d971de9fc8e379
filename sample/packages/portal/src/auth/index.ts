/** What answers under /auth of a portal. */
import { notice } from './notice';
import { local, toSignIn } from './path';
import { held } from './session';
import { settings } from './settings';
import { callback, login, logout, refused } from './steps';
import { Stopped } from './stopped';

export { told } from './settings';

interface Context {
  params: Promise<{ step: string }>;
}

export async function GET(request: Request, { params }: Context): Promise<Response> {
  // Next.js asks ahead when an action redirects, and would follow to the sign-in service: the browser comes by itself.
  if (request.headers.has('rsc')) return new Response(null, { status: 204 });
  const { step } = await params;
  const query = new URL(request.url).searchParams;
  switch (step) {
    case 'login':
      return orSay(query, () => login(settings(), query));
    case 'callback':
      return orSay(query, () => callback(settings(), query));
    case 'refused':
      return orSay(query, () => refused(settings()));
    default:
      return nothing();
  }
}

export async function POST(request: Request, { params }: Context): Promise<Response> {
  const { step } = await params;
  return step === 'logout' ? orSay(new URL(request.url).searchParams, () => logout(settings())) : nothing();
}

async function orSay(query: URLSearchParams, step: () => Promise<Response>): Promise<Response> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    if (error.status >= 500) console.error(error.message);
    const label = error.status >= 500 ? 'Try again' : 'Sign in again';
    return notice(error.status, 'Not signed in', error.message, { label, path: toSignIn(await wanted(query)) });
  }
}

/** The page that the sign-in is for. */
async function wanted(query: URLSearchParams): Promise<string> {
  return local(query.get('to') ?? (await held()).pending?.to);
}

function nothing(): Response {
  return notice(404, 'There is no such page', 'Nothing answers at this address.', { label: 'To the first page', path: '/' });
}
