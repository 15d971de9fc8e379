public class OrdersTests { [Xunit.Fact] public void One() => Xunit.Assert.Equal(1, Sales.Orders.Count()); }
