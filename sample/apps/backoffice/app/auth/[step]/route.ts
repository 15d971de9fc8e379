export const dynamic = 'force-dynamic';

export { GET, POST } from '@ois/portal/auth';
