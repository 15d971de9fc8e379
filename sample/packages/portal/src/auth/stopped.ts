/** A sign-in ends here: a status for programs, whole sentences for people. */
export class Stopped extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'Stopped';
  }
}
