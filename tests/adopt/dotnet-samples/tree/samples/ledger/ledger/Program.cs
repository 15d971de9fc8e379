System.Console.WriteLine(Sums.Total(2, 3));
