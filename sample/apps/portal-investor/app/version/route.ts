export const dynamic = 'force-dynamic';

export const GET = () => Response.json({ name: 'portal-investor', image: process.env.IMAGE_REF || null });
