"use client";

export function Map() {
  return <img src={`https://maps.example.com/1.png?key=${process.env.NEXT_PUBLIC_MAP_KEY}`} />;
}
