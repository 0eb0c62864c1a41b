// Lists, makes and reads every resource of the management API with types made from its OpenAPI document.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';

const [address, key, site] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });

type Answer<T> = { data?: T; error?: components['schemas']['Problem']; response: Response };

function take<T>({ data, error, response }: Answer<T>): T {
  if (data === undefined) throw new Error(`${response.status} ${response.url} ${JSON.stringify(error)}`);
  return data;
}

async function readLists(): Promise<void> {
  for (const { id } of take(await api.GET('/api/v1/sites/')).results) {
    take(await api.GET('/api/v1/sites/{id}/', { params: { path: { id } } }));
    take(await api.GET('/api/v1/sites/{site_id}/sending-policy/', { params: { path: { site_id: id } } }));
  }
  for (const { id } of take(await api.GET('/api/v1/attributes/')).results) {
    take(await api.GET('/api/v1/attributes/{id}/', { params: { path: { id } } }));
  }
  for (const { id } of take(await api.GET('/api/v1/event-types/')).results) {
    take(await api.GET('/api/v1/event-types/{id}/', { params: { path: { id } } }));
  }
  for (const { id } of take(await api.GET('/api/v1/subscribers/')).results) {
    take(await api.GET('/api/v1/subscribers/{id}/', { params: { path: { id } } }));
    take(await api.GET('/api/v1/subscribers/{subscriber_id}/events/', { params: { path: { subscriber_id: id } } }));
    take(await api.GET('/api/v1/subscribers/{subscriber_id}/segments/', { params: { path: { subscriber_id: id } } }));
  }
}

async function makeThings(): Promise<void> {
  const place = take(await api.POST('/api/v1/places/', {
    body: { site: Number(site), name: 'Store', latitude: 1, longitude: 2 },
  }));
  take(await api.GET('/api/v1/places/{id}/', { params: { path: { id: place.id } } }));
  const segment = take(await api.POST('/api/v1/segments/', {
    body: { site: Number(site), name: 'Buyers', rule: { version: 1, root: { type: 'event', event: 'purchase' } } },
  }));
  take(await api.GET('/api/v1/segments/{segment_id}/members/', { params: { path: { segment_id: segment.id } } }));
  const campaign = take(await api.POST('/api/v1/campaigns/', {
    body: { site: Number(site), name: 'Sale', title: 'Hello', variants: [{ title: 'Hi' }] },
  }));
  take(await api.GET('/api/v1/campaigns/{id}/', { params: { path: { id: campaign.id } } }));
  take(await api.GET('/api/v1/campaigns/{campaign_id}/deliveries/', {
    params: { path: { campaign_id: campaign.id } },
  }));
}

async function track(): Promise<void> {
  const operation = { id: crypto.randomUUID(), type: 'event' as const, name: 'purchase', external_id: 'u-1' };
  const answer = take(await api.POST('/api/v1/track/', { body: { site, operations: [operation] } }));
  if (answer.accepted !== 1) throw new Error(JSON.stringify(answer));
}

async function readProblem(): Promise<void> {
  const { error } = await api.GET('/api/v1/places/{id}/', { params: { path: { id: 999999 } } });
  if (error?.code !== 'not_found') throw new Error(JSON.stringify(error));
}

await readLists();
await makeThings();
await track();
await readProblem();
console.log('all read');
