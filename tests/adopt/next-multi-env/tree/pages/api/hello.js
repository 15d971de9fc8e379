export default function handler(_, response) {
  response.json({ stage: process.env.NEXT_PUBLIC_STAGE });
}
