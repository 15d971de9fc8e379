export default () => <form action={process.env.NEXT_PUBLIC_API} />;
