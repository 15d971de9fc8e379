/** What the lobby shows. */
export const rooms = (): Promise<Response> => fetch("/api/rooms");
