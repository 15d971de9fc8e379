// import Chat from "./chat"; // <Chat id={process.env.NEXT_PUBLIC_CHAT_ID} />
export default function Page() {
  return (
    <main>
      <img src="/mark.svg" alt="" />
      {/* counted by process.env.NEXT_PUBLIC_ANALYTICS_ID, some day */}
      Hello
    </main>
  );
}
