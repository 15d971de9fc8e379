"use client";
const assets = process.env.NEXT_PUBLIC_ASSETS_URL;

export const Logo = () => <img src={`${assets}/logo.svg`} />;
