import { ask, Deed, exchange, money, units } from '@ois/portal';
import { Refused, type Asset, type Holder } from '@ois/sdk';
import { issue } from './actions';

export default async function Page() {
  const market = await ask(Promise.all([exchange.holders(), exchange.assets()]));
  if (market instanceof Refused) return <p className="refused">{market.message}</p>;
  const [holders, assets] = market;
  return (
    <>
      <h1>Assets</h1>
      <Assets assets={assets} holders={holders} />
      <h2>Issue an asset</h2>
      <Issue holders={holders} />
    </>
  );
}

function Assets({ assets, holders }: { assets: Asset[]; holders: Holder[] }) {
  if (assets.length === 0) return <p className="none">Nothing is issued yet.</p>;
  const names = new Map(holders.map((holder) => [holder.id, holder.name]));
  return (
    <table>
      <thead>
        <tr>
          <th>Ticker</th>
          <th>Name</th>
          <th>Issuer</th>
          <th className="number">Units</th>
          <th className="number">Price</th>
          <th className="number">Volume</th>
        </tr>
      </thead>
      <tbody>
        {assets.map((asset) => (
          <tr key={asset.ticker}>
            <td>{asset.ticker}</td>
            <td>{asset.name}</td>
            <td>{names.get(asset.issuer) ?? asset.issuer}</td>
            <td className="number">{units(asset.quantity)}</td>
            <td className="number">{money(asset.price)}</td>
            <td className="number">{money(asset.volume)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Issue({ holders }: { holders: Holder[] }) {
  if (holders.length === 0) return <p className="none">An issuer is a registered holder: the back office registers the first one.</p>;
  return (
    <Deed action={issue} label="Issue">
      <label>
        Issuer
        <select name="issuer" required>
          {holders.map((holder) => (
            <option key={holder.id} value={holder.id}>
              {holder.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Ticker
        <input name="ticker" required pattern="[A-Za-z0-9]{3,12}" title="3 to 12 letters and digits" />
      </label>
      <label>
        Name
        <input name="name" required />
      </label>
      <label>
        Units
        <input name="quantity" type="number" min="1" required />
      </label>
      <label>
        Price of a unit
        <input name="price" type="number" min="0.01" step="0.01" required />
      </label>
    </Deed>
  );
}
