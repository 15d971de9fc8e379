export const metadata = { title: process.env.NEXT_PUBLIC_SITE_NAME };

export default function Layout({ children }) {
  return <html><body data-release={process.env.NEXT_PUBLIC_RELEASE}>{children}</body></html>;
}
