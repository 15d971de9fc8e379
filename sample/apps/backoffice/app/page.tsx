import { ask, Deed, exchange } from '@ois/portal';
import { Refused, type Check, type Holder } from '@ois/sdk';
import { check, register } from './actions';

export default async function Page() {
  const people = await ask(Promise.all([exchange.holders(), exchange.checks()]));
  if (people instanceof Refused) return <p className="refused">{people.message}</p>;
  const [holders, checks] = people;
  return (
    <>
      <h1>Holders</h1>
      <Holders holders={holders} checks={checks} />
      <h2>Register a holder</h2>
      <Register />
    </>
  );
}

function Holders({ holders, checks }: { holders: Holder[]; checks: Check[] }) {
  if (holders.length === 0) return <p className="none">Nobody is registered yet.</p>;
  const verdicts = new Map(checks.map((done) => [done.holder, done]));
  return (
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>Tax number</th>
          <th>Country</th>
          <th>Born</th>
          <th>Compliance</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {holders.map((holder) => (
          <tr key={holder.id}>
            <td>{holder.name}</td>
            <td>{holder.taxId}</td>
            <td>{holder.country}</td>
            <td>{holder.born?.slice(0, 10) ?? '–'}</td>
            <td>
              <Verdict check={verdicts.get(holder.id)} />
            </td>
            <td>
              <Deed action={check} label="Check">
                <input type="hidden" name="holder" value={holder.id} />
              </Deed>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Verdict({ check }: { check?: Check }) {
  if (!check) return <span className="none">not checked</span>;
  return check.passed ? <span className="done">passed</span> : <span className="refused">{check.objections.join('; ')}</span>;
}

function Register() {
  return (
    <Deed action={register} label="Register">
      <label>
        Name
        <input name="name" required />
      </label>
      <label>
        Tax number
        <input name="taxId" required pattern="\d{10}|\d{12}" title="a person has 12 digits, an organisation 10" />
      </label>
      <label>
        Country
        <input name="country" required pattern="[A-Za-z]{2}" defaultValue="RU" size={3} />
      </label>
      <label>
        Born (a person)
        <input name="born" type="date" />
      </label>
    </Deed>
  );
}
