import { Brand } from "@meadow/ui";

export default function Page() {
  return <form action={process.env.NEXT_PUBLIC_API_HOST}><Brand /></form>;
}
