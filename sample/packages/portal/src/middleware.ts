import { NextResponse, type NextRequest } from 'next/server';
import { ASKED } from './auth/path';

/** Tells a page what it was asked for, which Next.js does not: a sign-in comes back there. */
export function middleware(request: NextRequest): NextResponse {
  const headers = new Headers(request.headers);
  headers.set(ASKED, request.nextUrl.pathname + request.nextUrl.search);
  return NextResponse.next({ request: { headers } });
}
