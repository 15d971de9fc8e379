/** What Next.js knows of a request. It imports nothing of ours: what stands in for `next/headers` may not ask for it. */

type Cookie = { name: string; value: string } & Record<string, unknown>;

/** The cookies of the visitor, with the flags that they were set with. */
export const jar = new Map<string, Cookie>();

let asked = new Headers();

/** Somebody comes who was never here, with these headers. */
export function come(headers: Record<string, string>): void {
  jar.clear();
  asked = new Headers(headers);
}

/** For `vi.mock('next/headers', () => import('@ois/portal/testing/request'))`. */
export const cookies = async () => ({
  get: (name: string) => jar.get(name),
  set: (name: string, value: string, flags: object) => void jar.set(name, { ...flags, name, value }),
});

export const headers = async () => asked;
