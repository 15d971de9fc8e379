export default function Home() {
  return (
    <main data-stage={process.env.NEXT_PUBLIC_STAGE}>
      <p>Times come from {process.env.NEXT_PUBLIC_API_URL}</p>
      <a href={process.env.NEXT_PUBLIC_FEEDBACK_URL}>Tell us</a>
    </main>
  );
}
