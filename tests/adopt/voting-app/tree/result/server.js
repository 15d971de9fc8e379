require("express")().get("/", (_, answer) => answer.send("cats")).listen(process.env.PORT || 4000);
