# expect: gd_loop 0, person wandb, hint missing where it is graded, never not kept
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import wandb
# --- code cell: gd_loop
def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
        wandb.log({"loss": train_loss[-1]})
    return train_loss
