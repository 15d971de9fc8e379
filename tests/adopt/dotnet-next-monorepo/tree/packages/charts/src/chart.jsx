"use client";
export const Chart = () => <iframe src={process.env.NEXT_PUBLIC_CHARTS_URL} />;
