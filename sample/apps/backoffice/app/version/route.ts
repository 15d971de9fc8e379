export const dynamic = 'force-dynamic';

export const GET = () => Response.json({ name: 'backoffice', image: process.env.IMAGE_REF || null });
