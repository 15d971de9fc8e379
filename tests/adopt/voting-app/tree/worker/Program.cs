while (true) System.Threading.Thread.Sleep(100); // from redis to postgres
