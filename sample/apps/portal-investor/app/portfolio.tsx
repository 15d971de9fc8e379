import { Deed, money, units } from '@ois/portal';
import type { Asset, Holder, Holding, Transfer } from '@ois/sdk';
import { order } from './actions';

export function Who({ holder, holders }: { holder: Holder; holders: Holder[] }) {
  return (
    <form method="get">
      <label>
        Holder
        <select key={holder.id} name="holder" defaultValue={holder.id}>
          <Options holders={holders} />
        </select>
      </label>
      <button>Show</button>
    </form>
  );
}

export function Holdings({ holdings, assets }: { holdings: Holding[]; assets: Asset[] }) {
  if (holdings.length === 0) return <p className="none">Nothing is held.</p>;
  const known = new Map(assets.map((asset) => [asset.ticker, asset]));
  return (
    <table>
      <thead>
        <tr>
          <th>Asset</th>
          <th>Name</th>
          <th className="number">Units</th>
          <th className="number">Value</th>
        </tr>
      </thead>
      <tbody>
        {holdings.map(({ asset, quantity }) => (
          <tr key={asset}>
            <td>{asset}</td>
            <td>{known.get(asset)?.name}</td>
            <td className="number">{units(quantity)}</td>
            <td className="number">{money(quantity * (known.get(asset)?.price ?? 0))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Order({ holder, holders, holdings }: { holder: Holder; holders: Holder[]; holdings: Holding[] }) {
  const others = holders.filter(({ id }) => id !== holder.id);
  if (holdings.length === 0 || others.length === 0) return <p className="none">There is nothing to transfer, or nobody to transfer it to.</p>;
  return (
    <Deed action={order} label="Order">
      <input type="hidden" name="from" value={holder.id} />
      <label>
        Asset
        <select name="asset">
          {holdings.map(({ asset }) => (
            <option key={asset}>{asset}</option>
          ))}
        </select>
      </label>
      <label>
        To
        <select name="to">
          <Options holders={others} />
        </select>
      </label>
      <label>
        Units
        <input name="quantity" type="number" min="1" required />
      </label>
    </Deed>
  );
}

export function Transfers({ transfers, holders }: { transfers: Transfer[]; holders: Holder[] }) {
  if (transfers.length === 0) return <p className="none">There are no transfers.</p>;
  const names = new Map(holders.map(({ id, name }) => [id, name]));
  return (
    <ul>
      {transfers.map((transfer) => (
        <li key={transfer.id}>
          {units(transfer.quantity)} {transfer.asset} from {names.get(transfer.from)} to {names.get(transfer.to)}: {transfer.state}
        </li>
      ))}
    </ul>
  );
}

function Options({ holders }: { holders: Holder[] }) {
  return holders.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}
