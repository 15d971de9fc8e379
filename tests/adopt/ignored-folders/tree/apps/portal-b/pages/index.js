import { clsx } from "@lobby/ui";

export default () => <form className={clsx("b")} action={process.env.NEXT_PUBLIC_API} />;
