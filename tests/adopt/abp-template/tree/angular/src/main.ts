console.log("crm");
