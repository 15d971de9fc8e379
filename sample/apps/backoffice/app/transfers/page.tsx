import { ask, Deed, exchange, moment, units } from '@ois/portal';
import { Refused, type Holder, type Transfer } from '@ois/sdk';
import { settle } from '../actions';

export default async function Page() {
  const orders = await ask(Promise.all([exchange.transfers(), exchange.holders()]));
  if (orders instanceof Refused) return <p className="refused">{orders.message}</p>;
  const [transfers, holders] = orders;
  return (
    <>
      <h1>Transfers</h1>
      <Transfers transfers={transfers} holders={holders} />
    </>
  );
}

function Transfers({ transfers, holders }: { transfers: Transfer[]; holders: Holder[] }) {
  if (transfers.length === 0) return <p className="none">Nobody ordered a transfer yet.</p>;
  const names = new Map(holders.map(({ id, name }) => [id, name]));
  return (
    <table>
      <thead>
        <tr>
          <th>Ordered</th>
          <th>Asset</th>
          <th className="number">Units</th>
          <th>From</th>
          <th>To</th>
          <th>State</th>
        </tr>
      </thead>
      <tbody>
        {transfers.map((transfer) => (
          <tr key={transfer.id}>
            <td>{moment(transfer.orderedAt)}</td>
            <td>{transfer.asset}</td>
            <td className="number">{units(transfer.quantity)}</td>
            <td>{names.get(transfer.from) ?? transfer.from}</td>
            <td>{names.get(transfer.to) ?? transfer.to}</td>
            <td>
              <State transfer={transfer} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function State({ transfer }: { transfer: Transfer }) {
  if (transfer.settledAt) return <span className="done">settled {moment(transfer.settledAt)}</span>;
  return (
    <Deed action={settle} label="Settle">
      <input type="hidden" name="transfer" value={transfer.id} />
    </Deed>
  );
}
