import express from 'express';
import { format } from '@kiosk/money';

const app = express();
app.get('/api', (_, response) => response.send({ total: format(0) }));
app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? 'localhost');
