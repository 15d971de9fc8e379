/** The exchange said no, or could not be asked: a code for programs, a sentence for people. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'Refused';
  }

  static async from(response: Response): Promise<Refused> {
    const said = await response.json().catch(() => ({}));
    return new Refused(response.status, said.code ?? 'unknown', said.message ?? `${response.url} answered ${response.status}`);
  }
}
