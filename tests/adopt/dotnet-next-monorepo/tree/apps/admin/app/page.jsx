"use client";
import { Chart } from "@acme/charts";

export default function Page() {
  return <main title={process.env.NEXT_PUBLIC_ADMIN_TITLE}><Chart /></main>;
}
