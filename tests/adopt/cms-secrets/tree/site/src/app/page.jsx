export default function Page() {
  return <a href={`${process.env.NEXT_PUBLIC_CMS_URL}/admin`}>Edit</a>;
}
