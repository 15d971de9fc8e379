import { told } from '@ois/portal/auth';

export const dynamic = 'force-dynamic';

export const GET = () => Response.json(told());
