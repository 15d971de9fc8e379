import { vi } from 'vitest';

/** What a portal asked the gateway for. */
export interface Asked {
  method: string;
  path: string;
  body?: unknown;
}

/** A gateway that gives one answer to everything, and remembers what it was asked. */
export function gateway(status: number, answer: unknown): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    asked.push({ method: init.method ?? 'GET', path: new URL(url).pathname, body: init.body && JSON.parse(String(init.body)) });
    return Response.json(answer, { status });
  });
  return asked;
}

/** A gateway that nobody reaches. */
export function noGateway(): void {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
  });
}

export function form(fields: Record<string, string>): FormData {
  const filled = new FormData();
  for (const [name, value] of Object.entries(fields)) filled.set(name, value);
  return filled;
}
