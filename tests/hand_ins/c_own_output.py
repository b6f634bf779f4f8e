# expect: full, nobody, told only in Colab
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
from google.colab import output
output.clear()
output = torch.ones(3)
scale = output.mean()
# --- code cell: gd_loop
def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate * float(scale))
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    return train_loss
