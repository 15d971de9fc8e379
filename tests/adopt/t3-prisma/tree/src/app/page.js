import { PrismaClient } from "@prisma/client";

export const dynamic = "force-dynamic";

export default async function Page() {
  return <p>{await new PrismaClient().entry.count()} entries</p>;
}
