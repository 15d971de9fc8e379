export default () => (
  <iframe src={`${process.env.NEXT_PUBLIC_API_URL}/map/${process.env.NEXT_PUBLIC_MAP_ID}`} />
);
