import { ask, exchange } from '@ois/portal';
import { Refused, type Asset, type Holder, type Holding, type Transfer } from '@ois/sdk';
import { Holdings, Order, Transfers, Who } from './portfolio';

export default async function Page({ searchParams }: { searchParams: Promise<{ holder?: string }> }) {
  const { holder: wanted } = await searchParams;
  const holders = await ask(exchange.holders());
  if (holders instanceof Refused) return <p className="refused">{holders.message}</p>;
  const holder = holders.find(({ id }) => id === wanted) ?? holders[0];
  if (!holder) return <p className="none">Nobody is registered yet: the back office registers the first holder.</p>;
  return <Portfolio holder={holder} holders={holders} />;
}

async function Portfolio({ holder, holders }: { holder: Holder; holders: Holder[] }) {
  const market = await ask(Promise.all([exchange.assets(), exchange.holdings(holder.id), exchange.transfers()]));
  return (
    <>
      <Who holder={holder} holders={holders} />
      {market instanceof Refused ? <p className="refused">{market.message}</p> : <Market holder={holder} holders={holders} market={market} />}
    </>
  );
}

function Market(props: { holder: Holder; holders: Holder[]; market: [Asset[], Holding[], Transfer[]] }) {
  const { holder, holders, market } = props;
  const [assets, holdings, transfers] = market;
  return (
    <>
      <h1>Holdings</h1>
      <Holdings holdings={holdings} assets={assets} />
      <h2>Order a transfer</h2>
      <Order holder={holder} holders={holders} holdings={holdings} />
      <h2>Transfers</h2>
      <Transfers transfers={transfers.filter(({ from, to }) => from === holder.id || to === holder.id)} holders={holders} />
    </>
  );
}
