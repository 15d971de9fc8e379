"use client";
import { Logo } from "@acme/ui";
import { Map } from "./map";

const api = process.env.NEXT_PUBLIC_API_URL;
// const legacy = process.env.NEXT_PUBLIC_LEGACY_URL;

export default function Page() {
  return <main><Logo /><Map /><a href={api}>API</a></main>;
}
