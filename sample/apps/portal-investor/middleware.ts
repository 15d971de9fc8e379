export { middleware } from '@ois/portal/middleware';

export const config = { matcher: ['/((?!_next/|auth/).*)'] };
