import { env } from "../env.js";

export const metadata = { title: env.NEXT_PUBLIC_SITE_NAME };

export default function Layout({ children }) {
  return <html lang="en"><body data-stage={env.NEXT_PUBLIC_STAGE}>{children}</body></html>;
}
