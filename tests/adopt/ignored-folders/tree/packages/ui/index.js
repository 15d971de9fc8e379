export { clsx } from "clsx";
