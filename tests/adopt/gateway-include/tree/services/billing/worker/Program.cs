while (true) System.Threading.Thread.Sleep(1000);
